// Lights up words in the conversation itself, purple where they spoke against a token and green where for it. The
// browser paints ranges over Gradio's own text, whose nodes stay as they are; a browser that cannot shows none.
const SHADES = 4;

// The text nodes of a message, as one string and the offset of each.
function textOf(message) {
  const walker = document.createTreeWalker(message, NodeFilter.SHOW_TEXT), nodes = [];
  let text = "";
  while (walker.nextNode()) {
    nodes.push({ node: walker.currentNode, start: text.length });
    text += walker.currentNode.data;
  }
  return { text, nodes };
}

function rangeOf({ nodes }, start, end) {
  const range = new Range(), holding = (at) => nodes.findLast((each) => each.start <= at);
  const [first, last] = [holding(start), holding(end - 1)];
  range.setStart(first.node, start - first.start);
  range.setEnd(last.node, end - last.start);
  return range;
}

function paint() {
  if (!globalThis.CSS?.highlights) return;
  const lights = new Map();
  for (const sign of ["up", "down"]) for (let shade = 1; shade <= SHADES; shade++) lights.set(`chat-${sign}-${shade}`, new Highlight());
  const messages = [...document.querySelectorAll("#chat-conversation .message-content")];
  for (const { message, words } of props.value?.messages || []) {
    if (!messages[message]) continue;
    const content = textOf(messages[message]);
    let from = 0;
    for (const [word, strength] of words) {
      const start = content.text.indexOf(word, from), shade = Math.round(Math.abs(strength) * SHADES);
      if (start < 0) continue;
      from = start + word.length;
      if (shade) lights.get(`chat-${strength < 0 ? "down" : "up"}-${shade}`).add(rangeOf(content, start, from));
    }
  }
  lights.forEach((light, name) => CSS.highlights.set(name, light));
}
watch("value", () => requestAnimationFrame(paint));
paint();
