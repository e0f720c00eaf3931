// Translates the words that Gradio itself adds to the page, as they appear, where Gradio has no translation.

const GRADIOS = {
  Error: say("Error"), Warning: say("Warning"), Info: say("Info"), Close: say("Close"), undo: say("Undo"),
  Copy: say("Copy"), copy: say("Copy"), "Copy message": say("Copy the message"), "Copy conversation": say("Copy the conversation"),
  "Copy table data": say("Copy the table"), "Table actions": say("What can be done with the table"), Fullscreen: say("Full screen"),
  "Reset to default value": say("Reset"), "Empty value": say("Empty"), "chatbot conversation": say("Conversation"),
  "Click to upload or drop files": say("Click to upload a file, or drop it here"), "Gradio footer navigation": say("Foot of the page"),
  "Filter...": say("Filter…"),
};

function sayGradio(node) {
  if (node.matches(".toast-title, .toast-title *"))
    for (const text of node.childNodes) if (text.nodeType === Node.TEXT_NODE && text.data.trim() in GRADIOS) text.data = GRADIOS[text.data.trim()];
  for (const name of ["aria-label", "title", "placeholder"]) {
    const english = node.getAttribute(name) ?? "", [, kind, label] = english.match(/^(number input|range slider) for (.*)$/s) ?? [];
    if (english in GRADIOS) node.setAttribute(name, GRADIOS[english]);
    else if (kind) node.setAttribute(name, kind === "number input" ? say("{label}, as a number", { label }) : say("{label}, on a scale", { label }));
  }
}

// A run's progress: its place in the queue, whose numbers change, or that it is computed.
function sayProgress(box) {
  for (const text of box.childNodes) {
    const [, position, size] = text.data?.match(/^queue: (\d+)\/(\d*) \|$/) ?? [];
    if (position) text.data = `${say("In queue: {position} of {size}", { position, size })} |`;
    else if (text.data === "processing |") text.data = say("Computing |");
  }
}
const progress = new MutationObserver((changes) => changes.forEach(({ target }) => sayProgress(target.parentElement ?? target)));

// Only new nodes are checked, and only once: streamed text adds many.
new MutationObserver((changes) => {
  for (const { addedNodes } of changes)
    for (const node of addedNodes)
      if (node.nodeType === Node.ELEMENT_NODE) {
        [node, ...node.querySelectorAll("[aria-label], [title], [placeholder], .toast-title, .toast-title *")].forEach(sayGradio);
        for (const box of node.matches(".progress-text") ? [node] : node.querySelectorAll(".progress-text")) {
          sayProgress(box);
          progress.observe(box, { childList: true, characterData: true, subtree: true });
        }
      }
}).observe(document.documentElement, { childList: true, subtree: true });
