// Draws sentences beside their translations; a word in focus lights up the words that stand for it on the other side.
// Everything a model or a visitor wrote goes through textContent.
const sentences = element.querySelector(".aligned-sentences");
const detail = element.querySelector(".aligned-detail");
const HINT = say("Point at a word, tap it, or walk with the arrow keys: left and right along a text, up and down across. Enter or a click on a word of the translation shows what else could stand there.");
const SIDES = ["source", "target"];
const percent = (weight) => `${Math.round(weight * 100)}%`;
let lit = null;
let shown = [];

const word = (row, side, index) => sentences.querySelector(`[data-row="${row}"][data-side="${side}"][data-index="${index}"]`);

// The words that stand for `node`, the strongest first.
function partners(node) {
  const { row, side, index } = node.dataset;
  const mine = SIDES.indexOf(side);
  return shown[row].links
    .filter((link) => link[mine] === Number(index))
    .map((link) => ({ node: word(row, SIDES[1 - mine], link[1 - mine]), weight: link[2] }))
    .sort((a, b) => b.weight - a.weight);
}

function light(node) {
  if (!node || node === lit) return;
  sentences.querySelectorAll(".aligned-here, .aligned-there").forEach((other) => {
    other.classList.remove("aligned-here", "aligned-there");
    other.style.removeProperty("--share");
  });
  sentences.querySelectorAll('.aligned-word[tabindex="0"]').forEach((other) => (other.tabIndex = -1));
  const found = partners(node);
  node.classList.add("aligned-here");
  node.tabIndex = 0;
  for (const { node: other, weight } of found) {
    other.classList.add("aligned-there");
    other.style.setProperty("--share", percent(weight));
  }
  const words = found.map((partner) => `${partner.node.textContent} ${percent(partner.weight)}`).join(", ");
  detail.replaceChildren(make("strong", "", node.textContent), ` ⟷ ${words || say("no single word")}`);
  lit = node;
}

function side(name, parts, row) {
  const text = make("p", `aligned-side aligned-${name}`);
  let index = 0;
  for (const [part, isWord] of parts) {
    if (!isWord) {
      text.append(part);
      continue;
    }
    const node = make("span", "aligned-word", part);
    Object.assign(node.dataset, { row, side: name, index });
    node.tabIndex = -1;
    node.setAttribute("role", "button");
    text.append(node);
    index += 1;
  }
  return text;
}

// Sentences that are drawn already stay as they are, while others are added after them.
function draw(value) {
  const focused = sentences.contains(document.activeElement) ? document.activeElement.dataset : null;
  const before = shown.map((sentence) => JSON.stringify(sentence));
  shown = value || [];
  lit = null;
  let kept = 0;
  while (kept < shown.length && before[kept] === JSON.stringify(shown[kept])) kept += 1;
  while (sentences.children.length > kept) sentences.lastElementChild.remove();
  const fresh = shown.slice(kept).map((sentence, at) => {
    const pair = make("div", "aligned-pair");
    pair.append(...SIDES.map((name) => side(name, sentence[name], kept + at)));
    return pair;
  });
  sentences.append(...fresh);
  const first = sentences.querySelector(".aligned-word");
  if (first) first.tabIndex = 0;
  detail.textContent = first ? HINT : say("Translate something first.");
  saving.update();
  if (focused && document.activeElement === document.body) word(focused.row, focused.side, focused.index)?.focus();
}

// A line for each link of two words.
function rows() {
  const named = (parts) => parts.filter(([, isWord]) => isWord).map(([part]) => part);
  const links = shown.flatMap(({ source, target, links }, row) => links.map(([from, to, weight]) => [row + 1, named(source)[from], named(target)[to], weight]));
  return [["sentence", "source", "target", "weight"], ...links];
}

const saving = exportBar({ root: element.querySelector(".aligned"), name: "alignment", table: rows, data: () => shown, shown: () => shown.length > 0 });

for (const kind of ["pointerover", "focusin", "click"]) {
  sentences.addEventListener(kind, (event) => light(event.target.closest(".aligned-word")));
}
function ask(node) {
  if (node?.dataset.side !== "target") return;
  const { row, index } = node.dataset;
  // Where the focus goes once another word is taken: see other_words.js.
  sentences.dataset.asked = `[data-row="${row}"][data-side="target"][data-index="${index}"]`;
  trigger("select", { row: Number(row), index: Number(index) });
}
sentences.addEventListener("click", (event) => ask(event.target.closest(".aligned-word")));
sentences.addEventListener("keydown", (event) => {
  const here = event.target.closest(".aligned-word");
  if (!here) return;
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    ask(here);
  }
  const along = [...sentences.querySelectorAll(`[data-side="${here.dataset.side}"]`)];
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const across = event.key === (here.dataset.side === "source" ? "ArrowDown" : "ArrowUp");
  const next = step ? along[along.indexOf(here) + step] : across ? partners(here)[0]?.node : undefined;
  if (!next) return;
  event.preventDefault();
  next.focus();
});
drawn(draw);
