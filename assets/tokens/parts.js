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

function make(tag, className, text) {
  const node = document.createElement(tag);
  node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

// A name, its share as a bar, and the share in figures; a button where `take` is given.
function row(name, share, { chosen = false, faint = false, take } = {}) {
  const item = make("li", `token-row${chosen ? " token-chosen" : ""}${faint ? " token-faint" : ""}`);
  const line = take ? make("button", "token-take") : item;
  const bar = make("span", "token-bar");
  const fill = make("span", "token-fill");
  fill.style.width = `${share * 100}%`;
  bar.append(fill);
  line.append(written("span", "token-name", name), bar, make("span", "token-percent", percent(share)));
  if (!take) return item;
  line.type = "button";
  line.title = say("Take this token and ask again");
  line.addEventListener("click", take);
  item.append(line);
  return item;
}

function list(title, rows) {
  const part = make("section", "token-list");
  const items = make("ul", "token-rows");
  items.append(...rows);
  part.append(make("h4", "token-heading", title), items);
  return part;
}

// The likeliest tokens at one place, the chosen one among them, and what is left for all others.
function choices(title, candidates, chosen, taking) {
  const all = [...candidates, ...(chosen ? [chosen] : [])].sort((a, b) => b.probability - a.probability);
  const rest = Math.max(0, 1 - all.reduce((sum, { probability }) => sum + probability, 0));
  const rows = all.map((each) => {
    const partial = each.text.includes("\ufffd") || !each.text;
    const take = taking && each !== chosen && !each.control && !partial ? () => taking(each.text) : undefined;
    const name = partial && each !== chosen ? `(${PART})` : visible(each.text);
    return row(name, each.probability, { chosen: each === chosen, take });
  });
  return list(title, [...rows, row(say("all others"), rest, { faint: true })]);
}
