// Draws why: texts whose words are shaded by what each one did, in groups that share a scale. While a measurement goes
// on, the same words come again with more effects: they are filled in where they stand, so that nothing jumps. All that
// a visitor wrote goes through textContent.
const root = element.querySelector(".why");
const HINT = say("Point at a word, or walk with the arrow keys.");
const UNKNOWN = say("not measured");
const signed = (x) => `${x < 0 ? "−" : "+"}${Math.abs(x).toFixed(2)}`;
let shape = "";
let given = {};
const saving = exportBar({ root, name: "why", table: () => rows(), data: () => given, shown: () => Boolean(given.groups?.length) });

function strip(one) {
  const text = make("div", "why-text");
  text.setAttribute("role", "listbox");
  text.setAttribute("aria-label", one.name);
  for (const piece of one.pieces) text.append("word" in piece ? word(piece) : document.createTextNode(piece.text));
  const first = text.querySelector(".why-word");
  if (first) first.tabIndex = 0;
  const node = make("div", "why-strip", make("h4", "why-name", one.name), text, ...(one.note ? [make("p", "why-note", one.note)] : []));
  node.short = one.short;
  return node;
}

function word(piece) {
  const node = make("span", piece.answer ? "why-word why-answer" : "why-word", piece.text);
  node.dataset.word = piece.word;
  node.tabIndex = -1;
  node.setAttribute("role", "option");
  return node;
}

function group(one) {
  const scale = make("p", "why-scale", make("span", "why-low"), make("span", "why-ramp"), make("span", "why-high"));
  const detail = make("p", "why-detail", HINT);
  detail.setAttribute("aria-live", "polite");
  const node = make("section", "why-group", make("div", "why-strips", ...one.strips.map(strip)), scale, detail);
  if (one.title) node.prepend(make("h3", "why-title", one.title));
  const show = (event) => point(node, event.target.closest(".why-word"));
  for (const kind of ["pointerover", "focusin", "click"]) node.addEventListener(kind, show);
  node.addEventListener("keydown", walk);
  return node;
}

// Mark the word in every strip of the group, and list its effects.
function point(node, target) {
  if (!target) return;
  const same = [...node.querySelectorAll(`.why-word[data-word="${target.dataset.word}"]`)];
  node.querySelectorAll(".why-here").forEach((other) => other.classList.remove("why-here"));
  same.forEach((one) => one.classList.add("why-here"));
  node.pointed = target;
  node.querySelector(".why-detail").textContent = `“${target.textContent}” ${same.map((one) => `${one.closest(".why-strip").short} ${one.effectText}`).join(", ")}`;
}

function walk(event) {
  walkFocus(event, [...event.target.closest(".why-text").querySelectorAll(".why-word")]);
}

function fill(node, one) {
  node.querySelector(".why-low").textContent = `${one.towards[0]} ${signed(-one.reach)}`;
  node.querySelector(".why-high").textContent = `${signed(one.reach)} ${one.towards[1]}`;
  [...node.querySelectorAll(".why-text")].forEach((text, i) => {
    const pieces = one.strips[i].pieces.filter((piece) => "word" in piece);
    text.querySelectorAll(".why-word").forEach((each, j) => shade(each, pieces[j], one));
  });
  if (node.pointed) point(node, node.pointed);
}

function shade(node, piece, one) {
  const state = `${piece.effect} of ${one.reach}`;
  if (node.state === state) return;
  node.state = state;
  const known = piece.effect !== null;
  const strength = known ? Math.min(1, Math.abs(piece.effect) / one.reach) : 0;
  node.style.setProperty("--strength", strength);
  node.classList.toggle("why-down", known && piece.effect < 0);
  node.classList.toggle("why-up", known && piece.effect >= 0);
  node.classList.toggle("why-strong", strength >= 0.25);
  node.effectText = known ? signed(piece.effect) : UNKNOWN;
  node.setAttribute("aria-label", `${piece.text}, ${known ? `${signed(piece.effect)} ${one.towards[piece.effect < 0 ? 0 : 1]}` : UNKNOWN}`);
}

function reveal(text) {
  const answer = text.querySelector(".why-answer");
  if (answer) text.scrollTop = answer.offsetTop - text.clientHeight / 3;
}

function draw(value) {
  const { groups = [], facts = [] } = value || {};
  const now = JSON.stringify(groups.map((one) => [one.title, one.strips.map((s) => [s.name, s.note, s.pieces.map((p) => p.text)])]));
  if (now !== shape) {
    root.replaceChildren(...groups.map(group), make("div", "why-facts"));
    root.querySelectorAll(".why-text").forEach(reveal);
  }
  shape = now;
  [...root.querySelectorAll(".why-group")].forEach((node, i) => fill(node, groups[i]));
  const notes = root.querySelector(".why-facts");
  if (notes) notes.replaceChildren(...facts.map((fact) => make("p", "why-fact", fact)));
  given = value || {};
  saving.update();
}

// A line for each word and measure.
function rows() {
  const all = given.groups.flatMap(({ title, strips }) =>
    strips.flatMap(({ name, pieces }) => pieces.filter((piece) => "word" in piece).map(({ text, effect }) => [title, name, text, effect])));
  return [["group", "measure", "word", "effect"], ...all];
}
drawn(draw);
