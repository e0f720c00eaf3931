// The token view: texts as tokens, and beside them what else was likely at the one in focus, and what it came from.
const find = (name) => element.querySelector(`.token-${name}`);
const [view, context, passages, detail] = ["view", "context", "passages", "detail"].map(find);
sayIn(view);
let given = {};
let shown = [];
let open = null;
let pin = false;
let looked = null;
let lookedAt = null;
let prompt = [];
// The token that was open last; and whether the focus was on a button of the details that is gone, with no other yet.
let last = null;
let homeless = false;

const quoted = (text) => `“${visible(text)}”`;
const facts = (each) =>
  [percent(each.probability), ...(each.rank ? [say("rank {n}", { n: each.rank.toLocaleString("en") }), say("{n} bits", { n: (-Math.log2(each.probability)).toFixed(1) })] : [])].join(" · ");

// What a click on a candidate does: the text goes on from it in its place, or it is put after what stands before it.
function takingAfter(before, at) {
  const { base, branches } = given;
  if (branches && at !== undefined)
    return ({ id }) => ({
      take: () => trigger("option_select", { at, rival: id }), hint: say("Go on from this token instead"),
      more: given.explains && { label: say("why not"), hint: say("Measure which words spoke for the chosen token and against this one"), act: () => explain({ at, rival: id }) },
    });
  if (typeof base !== "string") return undefined;
  const hint = say("Take this token and ask again");
  return (each) => (partial(each) ? {} : { take: () => trigger("select", { take: base + before + each.text }), hint });
}

// Asks what the words of the prompt did for a token, or for its whole sentence; the token stays open.
function explain(wanted) {
  pin = true;
  trigger("submit", wanted);
}

// Asks what each layer would have written at this place; the token stays open.
function through(at) {
  pin = true;
  trigger("input", { at });
}

// Redrawing keeps the focus: on the same button, else on the first candidate, else on the token.
function describe() {
  const had = document.activeElement, inside = detail.contains(had) || (homeless && had === document.body);
  fillDetail();
  if (!inside) return void (homeless = false);
  const same = [...detail.querySelectorAll("button")].find((each) => each.className === had.className && each.textContent === had.textContent);
  const next = same ?? detail.querySelector(".token-take") ?? last?.passage.nodes.slice(0, last.index + 1).at(-1);
  homeless = !next;
  next?.focus({ preventScroll: true });
}

function fillDetail() {
  const { next, asks } = given;
  if (!open) {
    const following = next?.length ? [choices(say("What may come next: click one to take it"), next, null, takingAfter(""))] : [];
    const hint = shown.some(({ nodes }) => nodes.length) ? say("Point at a token, or walk with the arrow keys.") : "";
    const more = hint && asks ? `${hint} ${say("Click one to see what the model looked at as it chose it.")}` : hint;
    return detail.replaceChildren(...following, make("p", "token-hint", more));
  }
  const { data } = open.passage;
  const chosen = data[open.index];
  const before = data.slice(0, open.index).map(({ text }) => text).join("");
  const heading = make("p", "token-focus");
  heading.append(written("strong", "token-name", quoted(chosen.text)), ` ${facts(chosen)}`);
  const at = open.index;
  if (given.explains)
    heading.append(
      action({ label: say("Why this token"), hint: say("Measure what each word of the prompt did for it"), act: () => explain({ at }) }),
      ...(given.layers ? [action({ label: say("Layer by layer"), hint: say("See what each layer would have written here"), act: () => through(at) })] : []),
      action({ label: say("Why this sentence"), hint: say("Measure what each word of the prompt did for its sentence"), act: () => explain({ at, sentence: true }) }),
    );
  const parts = make("div", "token-lists");
  const taking = takingAfter(before, open.index);
  const others = given.branches ? say("what else it could have been: click one to go on from it") : taking ? say("what else it could have been: click one to take it") : say("what else it could have been");
  parts.append(choices(others, chosen.rivals, chosen, taking));
  if (looked) parts.append(looked.details(open.index));
  else if (asks) parts.append(make("p", "token-hint", say("Click the token to see what the model looked at as it chose it.")));
  detail.replaceChildren(heading, parts);
}

function light() {
  const strength = open && looked ? looked.strengths(open.index) : () => 0;
  const words = given.looked?.reply || [];
  prompt.forEach(([node, word]) => node.style.setProperty("--lit", strength(word)));
  shown.forEach((each) => each.light((index) => (open && index < open.index ? strength(words[index]) : 0)));
}

function focus(passage, index) {
  if (open?.passage === passage && open.index === index) return;
  open = last = { passage, index };
  shown.forEach((each) => each.mark(each === passage ? index : -1, pin));
  describe();
  light();
}

// A pinned token stays open while the pointer goes elsewhere; the keyboard always moves on.
const opened = (passage, index, byKey) => (!pin || byKey) && focus(passage, index);

function pinned(passage, index) {
  const again = pin && open?.passage === passage && open.index === index;
  pin = !again;
  open = null;
  focus(passage, index);
  if (given.asks && !looked) trigger("select", { look: true });
}

function draw(value) {
  given = value || {};
  const texts = given.passages || [];
  while (shown.length > texts.length) shown.pop().root.remove();
  while (shown.length < texts.length) {
    shown.push(passage(opened, pinned));
    passages.append(shown.at(-1).root);
  }
  texts.forEach((text, i) => shown[i].show(text));
  if (open && (!shown.includes(open.passage) || open.index >= open.passage.nodes.length)) [open, pin] = [null, false];
  if (given.looked?.data !== lookedAt) {
    lookedAt = given.looked?.data;
    looked = given.looked ? attention(given.looked) : null;
    prompt = looked ? looked.draw(context) : [];
    if (!looked) context.replaceChildren();
  }
  view.classList.toggle("token-empty", !texts.some(({ tokens }) => tokens.length) && !given.next?.length);
  view.classList.toggle("token-unscored", !texts.length);
  view.classList.toggle("token-looked", Boolean(looked));
  view.classList.toggle("token-aside-by-side", texts.length > 1);
  describe();
  light();
  saving.update();
}

// A line for each token, with its rivals in pairs of text and probability.
function rows() {
  const tokens = (given.passages || []).flatMap(({ tokens }, i) => tokens.map((each) => [i + 1, each.text, each.probability, ...each.rivals.flatMap(({ text, probability }) => [text, probability])]));
  return [["text", "token", "probability", "rivals"], ...tokens];
}

const saving = exportBar({ root: view, name: "tokens", table: rows, data: () => given, shown: () => given.passages?.some(({ tokens }) => tokens.length) });

element.addEventListener("keydown", (event) => {
  if (event.key === "Escape") pin = false;
});
drawn(draw);
