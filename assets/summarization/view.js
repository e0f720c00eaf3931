// Draws a summary beside its text; a sentence in focus lights up those of the text that are nearest, and the other way
// round. A name or number that the text does not have is marked in the sentence.
// All that a visitor or a model wrote goes through textContent.
const summary = element.querySelector(".summary-sentences");
const original = element.querySelector(".summary-original");
const HINT = say("Point at a sentence of the summary, tap it or tab to it: its nearest sentences light up in the text.");
const number = (similarity) => similarity.toFixed(2);

function verdict(sentence) {
  if (!sentence.sources.length) return say("⚠ No sentence of the text is near it (the nearest: {nearest})", { nearest: number(sentence.nearest) });
  if (sentence.sources[0] === 1) return say("Word for word from the text");
  return `${sayCount(sentence.sources.length, "Nearest sentence", "{n} nearest sentences")} · ${sentence.sources.map(number).join(", ")}`;
}

function sentenceNode(sentence, index) {
  const parts = sentence.parts.map(([text, absent]) => (absent ? make("span", "summary-new", text) : document.createTextNode(text)));
  const node = make("button", "summary-sentence", make("span", "summary-text", ...parts));
  node.type = "button";
  node.dataset.index = index;
  node.classList.toggle("summary-unsupported", !sentence.sources.length || sentence.absent.length > 0);
  node.append(make("span", "summary-verdict", [verdict(sentence), ...sentence.places].join(" · ")));
  if (sentence.absent.length) node.append(make("span", "summary-verdict summary-absent", say("⚠ Not in the text: {words}", { words: sentence.absent.join(", ") })));
  return node;
}

// Browsers offer the clipboard only to pages that came encrypted or from this machine.
function copyButton(text) {
  const node = make("button", "summary-copy", say("Copy the summary"));
  node.type = "button";
  node.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      node.textContent = say("Copied");
    } catch {
      node.textContent = say("This browser did not allow it: select the sentences and copy them");
    }
  });
  return node;
}

// Sentences in one text, with a space between two if their script has one.
function joined(texts) {
  const wide = /[\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef]/;
  return texts.reduce((text, next) => text + (text && next && !wide.test(text.at(-1)) && !wide.test(next[0]) ? " " : "") + next, "");
}

// A piece of the text; where it is a source, `supports` holds [sentence, similarity] pairs.
function piece({ text, supports }) {
  if (!supports.length) return document.createTextNode(text);
  const node = make("mark", "summary-source", text);
  node.tabIndex = 0;
  node.supports = supports;
  return node;
}

function light(index) {
  summary.querySelectorAll(".summary-sentence").forEach((node) => {
    node.setAttribute("aria-pressed", String(Number(node.dataset.index) === index));
  });
  let first = null;
  original.querySelectorAll(".summary-source").forEach((node) => {
    const link = node.supports.find(([sentence]) => sentence === index);
    node.classList.toggle("summary-lit", Boolean(link));
    node.querySelector(".summary-similarity")?.remove();
    if (!link) return;
    node.style.setProperty("--strength", link[1]);
    node.append(make("span", "summary-similarity", number(link[1])));
    first ??= node;
  });
  return first;
}

// Brings `node` into view within the text's own box: the page itself stays where it is.
function reveal(node) {
  const passage = original.querySelector(".summary-passage");
  const top = node.getBoundingClientRect().top - passage.getBoundingClientRect().top;
  if (top < 0 || top > passage.clientHeight - 40) passage.scrollTop += top - passage.clientHeight / 3;
}

function draw() {
  const value = props.value || {};
  const sentences = value.sentences || [];
  element.querySelector(".summary").classList.toggle("summary-linked", sentences.length > 0);
  if (!sentences.length) {
    summary.replaceChildren(...(value.draft ? [make("p", "summary-draft", value.draft)] : []));
    original.replaceChildren();
    return;
  }
  summary.replaceChildren(make("h3", "summary-title", say("Summary")), ...sentences.map(sentenceNode), make("p", "summary-hint", HINT));
  if (navigator.clipboard) summary.append(copyButton(joined(sentences.map((sentence) => sentence.text))));
  const passage = make("div", "summary-passage", ...value.pieces.map(piece));
  passage.tabIndex = 0;
  passage.setAttribute("role", "region");
  passage.setAttribute("aria-label", say("The text, with the sentences nearest to the summary marked"));
  original.replaceChildren(make("h3", "summary-title", say("The text, the nearest sentences underlined")), passage);
  light(0);
}

for (const kind of ["pointerover", "focusin", "click"]) {
  summary.addEventListener(kind, (event) => {
    const sentence = event.target.closest(".summary-sentence");
    if (!sentence || (kind === "pointerover" && sentence.getAttribute("aria-pressed") === "true")) return;
    const source = light(Number(sentence.dataset.index));
    if (source) reveal(source);
  });
  original.addEventListener(kind, (event) => {
    const source = event.target.closest(".summary-source");
    if (source && !source.classList.contains("summary-lit")) light(source.supports[0][0]);
  });
}
watch("value", draw);
draw();
