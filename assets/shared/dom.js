// Helpers of the views. Strings become text nodes, never markup.

function make(tag, className, ...children) {
  const node = document.createElement(tag);
  node.className = className;
  node.append(...children.filter((child) => child !== undefined && child !== null));
  return node;
}

// Move the focus among `nodes` with the arrow keys; only the focused one is reached by Tab.
function walkFocus(event, nodes) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  const next = nodes[nodes.indexOf(event.target) + (step || 0)];
  if (!step || !next) return;
  event.preventDefault();
  event.target.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}
