// A text in several tokenizers side by side: a list of tokens each, to point at or to walk with the arrow keys.
const cuts = element.querySelector(".cuts");
const cutsPart = (name) => cuts.querySelector(`.cuts-${name}`);
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
const HUES = 4;
const HINT = say("Point at a token, or walk with the arrow keys.");
sayIn(cuts);
let last = {};

const countIn = (n) => n.toLocaleString("en");
// Characters that show nothing by themselves, such as what joins two emoji into one, are named by their numbers.
const UNSEEN = /^[\p{Cc}\p{Cf}\p{Mn}\p{Me}]+$/u;
const numbered = (text) => [...text].map((sign) => `U+${sign.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`).join(" ");
const seen = (text) => (UNSEEN.test(visible(text)) ? numbered(text) : visible(text));
// What a token is called: its text, or its bytes where these are no whole characters.
const called = ([text, , bytes]) => (text ? seen(text) : bytes);

function described([text, id, bytes, unknown]) {
  const facts = { token: text ? `“${seen(text)}”` : `(${PART})`, id: countIn(id), bytes: bytes || "–" };
  return unknown ? say("{token} is not in the vocabulary: id {id} stands for all that is unknown; bytes {bytes}", facts) : say("{token}: id {id}, bytes {bytes}", facts);
}

function chip(piece, index) {
  const [, id, , unknown] = piece, ids = cutsPart("ids").checked;
  const node = written("span", `cuts-token cuts-hue-${index % HUES}`, ids ? String(id) : called(piece));
  node.classList.toggle("cuts-bytes", !piece[0]);
  node.classList.toggle("cuts-unknown", unknown);
  node.setAttribute("role", "option");
  node.setAttribute("aria-selected", "false");
  node.setAttribute("aria-label", described(piece));
  node.tabIndex = index === 0 ? 0 : -1;
  node.piece = piece;
  return node;
}

function column({ model, kind, vocabulary, tokens }, { characters, bytes }) {
  const part = make("section", "cuts-column"), text = make("div", "cuts-text"), figures = make("p", "cuts-figures");
  const unknown = tokens.filter((piece) => piece[3]).length;
  figures.append(make("strong", "", sayCount(tokens.length, "{n} token", "{n} tokens")), ` · ${say("{rate} characters per token", { rate: tokens.length ? (characters / tokens.length).toFixed(2) : "–" })}`);
  if (unknown) figures.append(` · ${say("{n} unknown", { n: countIn(unknown) })}`);
  const about = say("{kind}, {n} tokens in the vocabulary", { kind, n: countIn(vocabulary) });
  text.setAttribute("role", "listbox");
  text.setAttribute("aria-label", say("The tokens of {model}", { model }));
  text.append(...tokens.map(chip));
  part.append(make("h3", "cuts-title", model), make("p", "cuts-about", about), figures, text);
  return part;
}

function drawCuts(value) {
  last = value ?? {};
  const { splits = [], characters, bytes } = last;
  cuts.classList.toggle("cuts-empty", !splits.length);
  cutsPart("columns").replaceChildren(...splits.map((each) => column(each, last)));
  cutsPart("focus").textContent = splits.length ? `${sayCount(characters, "{n} character", "{n} characters")}, ${sayCount(bytes, "{n} byte", "{n} bytes")}. ${HINT}` : "";
}

function open(node) {
  cuts.querySelectorAll(".cuts-open").forEach((each) => each.classList.remove("cuts-open"));
  node.classList.add("cuts-open");
  for (const each of node.parentElement.children) each.tabIndex = each === node ? 0 : -1;
  cutsPart("focus").textContent = described(node.piece);
}

for (const kind of ["pointerover", "focusin"]) cuts.addEventListener(kind, ({ target }) => target.piece && open(target));
cuts.addEventListener("keydown", (event) => {
  const step = STEPS[event.key], node = event.target;
  if (!step || !node.piece) return;
  (step > 0 ? node.nextElementSibling : node.previousElementSibling)?.focus();
  event.preventDefault();
});
cutsPart("ids").addEventListener("change", () => drawCuts(last));
drawn(drawCuts);
