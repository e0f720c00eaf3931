// Draws the tokens of the last reply, shaded by how unsure the model was of each, with the rivals of the one in focus.
// Everything a model or a visitor wrote goes through textContent.
const tokens = element.querySelector(".sure-tokens");
const detail = element.querySelector(".sure-detail");

const percent = (p) => (p < 0.001 ? "<0.1%" : p > 0.999 ? ">99.9%" : `${(p * 100).toFixed(p < 0.1 ? 1 : 0)}%`);
const visible = (text) => text.replaceAll(" ", "␣").replaceAll("\n", "↵") || "(nothing)";

function make(tag, className, text) {
  const node = document.createElement(tag);
  node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function row(name, probability, chosen) {
  const line = make("li", chosen ? "sure-row sure-chosen" : "sure-row");
  const bar = make("span", "sure-bar");
  const fill = make("span", "sure-fill");
  fill.style.width = `${probability * 100}%`;
  bar.append(fill);
  line.append(make("span", "sure-name", visible(name)), bar, make("span", "sure-percent", percent(probability)));
  return line;
}

function show(index) {
  const token = (props.value || [])[index];
  if (!token) return;
  tokens.querySelectorAll(".sure-token").forEach((node, i) => {
    node.tabIndex = i === index ? 0 : -1;
    node.classList.toggle("sure-open", i === index);
  });
  const all = [{ ...token, chosen: true }, ...token.rivals].sort((a, b) => b.probability - a.probability);
  const list = make("ul", "sure-list");
  list.append(...all.map((choice) => row(choice.text, choice.probability, choice.chosen)));
  detail.replaceChildren(list);
}

function draw() {
  const value = props.value || [];
  element.classList.toggle("sure-empty", value.length === 0);
  tokens.replaceChildren(
    ...value.map((token, index) => {
      const node = make("span", "sure-token", token.text.replaceAll("\n", "↵\n"));
      node.style.setProperty("--unsure", `${Math.round((1 - token.probability) * 100)}%`);
      node.setAttribute("role", "option");
      node.setAttribute("aria-label", `${visible(token.text)}, ${percent(token.probability)}`);
      node.dataset.index = index;
      node.tabIndex = index === 0 ? 0 : -1;
      return node;
    }),
  );
  detail.replaceChildren(make("p", "sure-hint", value.length ? "Point at a token, or walk with the arrow keys." : ""));
}

const indexOf = (event) => Number(event.target.closest(".sure-token")?.dataset.index ?? -1);
for (const kind of ["pointerover", "focusin", "click"]) {
  tokens.addEventListener(kind, (event) => show(indexOf(event)));
}
tokens.addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  const next = tokens.children[indexOf(event) + (step || 0)];
  if (!step || !next) return;
  event.preventDefault();
  next.focus();
});
watch("value", draw);
draw();
