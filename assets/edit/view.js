// An edit of a text: words struck out and put in, and the probabilities before and after. Texts go through textContent.
const root = element.querySelector(".edit");
const percent = (p) => `${Math.round(p * 100)}%`;

function make(tag, className, ...children) {
  const node = document.createElement(tag);
  node.className = className;
  node.append(...children);
  return node;
}

function piece({ text, kind }) {
  if (!kind) return text;
  const node = make(kind === "out" ? "del" : "ins", `edit-${kind}`, text);
  node.title = kind === "out" ? say("left out") : say("put in");
  return node;
}

function bar(probability, kind) {
  const fill = make("span", "edit-fill");
  fill.style.width = `${probability * 100}%`;
  return make("td", `edit-cell edit-${kind}`, make("span", "edit-percent", percent(probability)), make("span", "edit-bar", fill));
}

function row({ name, before, after }) {
  const heading = make("th", "edit-name", name);
  heading.scope = "row";
  heading.dir = "auto";
  return make("tr", "edit-row", heading, bar(before, "before"), bar(after, "after"));
}

function heads(...names) {
  return make("tr", "", ...names.map((name) => Object.assign(make("th", "edit-head", name), { scope: "col" })));
}

function draw({ verdict = "", pieces = [], rows = [] }) {
  if (!verdict) return root.replaceChildren();
  const text = make("p", "edit-text", ...pieces.map(piece));
  text.dir = "auto";
  text.tabIndex = 0;
  text.setAttribute("role", "region");
  text.setAttribute("aria-label", say("The text, with what was changed marked"));
  const table = make("table", "edit-table", make("thead", "", heads(say("result"), say("before"), say("after"))), make("tbody", "", ...rows.map(row)));
  root.replaceChildren(make("p", "edit-verdict", verdict), text, table);
}
drawn((value) => draw(value || {}));
