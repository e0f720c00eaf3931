// What the token view is made of. Everything a model or a visitor wrote goes through textContent.
const SPACES = { " ": "␣", "\n": "↵", "\r": "␍", "\t": "⇥" };
const PART = say("part of a character");

const percent = (p) => (p < 0.001 ? "<0.1%" : p > 0.999 ? ">99.9%" : `${(p * 100).toFixed(p < 0.1 ? 1 : 0)}%`);
const visible = (text) => text.replace(/[ \n\r\t]/g, (space) => SPACES[space]) || `(${PART})`;
// In running text a line still breaks where it broke, and a token that only began a character keeps a place.
const running = (text) => text.replace(/\r?\n/g, "↵\n").replace(/\t/g, "⇥\t") || "·";

// What a model or a visitor wrote, in a direction of its own: Arabic and Hebrew do not reorder what stands around them.
function written(tag, className, text) {
  const node = make(tag, className, text);
  node.dir = "auto";
  return node;
}

// A name, its share as a bar, and the share in figures; a button where `take` is given, which `hint` explains.
// `more` is one more button beside it, {label, hint, act}.
function row(name, share, { chosen = false, faint = false, take, hint, more } = {}) {
  const item = make("li", `token-row${chosen ? " token-chosen" : ""}${faint ? " token-faint" : ""}`);
  const line = take ? make("button", "token-take") : item;
  const bar = make("span", "token-bar");
  const fill = make("span", "token-fill");
  fill.style.width = `${share * 100}%`;
  bar.append(fill);
  line.append(written("span", "token-name", name), bar, make("span", "token-percent", percent(share)));
  if (!take) return item;
  line.type = "button";
  line.title = hint;
  line.addEventListener("click", take);
  item.append(line, ...(more ? [action(more)] : []));
  return item;
}

function action({ label, hint = "", act }) {
  const button = make("button", "token-action", label);
  button.type = "button";
  button.title = hint;
  button.addEventListener("click", act);
  return button;
}

function list(title, rows) {
  const part = make("section", "token-list");
  const items = make("ul", "token-rows");
  items.append(...rows);
  part.append(make("h4", "token-heading", title), items);
  return part;
}

const partial = ({ text }) => text.includes("\ufffd") || !text;

// The likeliest tokens at one place, the chosen one among them, and what is left for all others. `taking` gives what
// a click on one of them does, as {take, hint}, or nothing.
function choices(title, candidates, chosen, taking) {
  const all = [...candidates, ...(chosen ? [chosen] : [])].sort((a, b) => b.probability - a.probability);
  const rest = Math.max(0, 1 - all.reduce((sum, { probability }) => sum + probability, 0));
  const rows = all.map((each) => {
    const name = partial(each) && each !== chosen ? `(${PART})` : visible(each.text);
    return row(name, each.probability, { chosen: each === chosen, ...(each === chosen || each.control ? {} : taking?.(each)) });
  });
  return list(title, [...rows, row(say("all others"), rest, { faint: true })]);
}
