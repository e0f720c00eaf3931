// Two results side by side, their differences marked. All that a visitor or a model wrote goes through textContent.
const root = element.querySelector(".compare");
const NAMES = ["A", "B"];
const percent = (p) => (p === null ? "–" : p > 0 && p < 0.01 ? "<1%" : p < 1 && p > 0.99 ? ">99%" : `${Math.round(p * 100)}%`);
const signed = (x) => (x === null ? "–" : `${x < 0 ? "−" : "+"}${Math.abs(x).toFixed(2)}`);

// Words of A alone are marked as deletions and those of B alone as insertions, for screen readers too.
function text(parts, side, name) {
  const mark = ["del", "ins"][side];
  const marked = parts.map(([said, alone]) => (alone ? make(mark, `compare-alone compare-${NAMES[side]}`, said) : said));
  const said = make("p", "compare-text", ...marked);
  // A long one scrolls in its own box, by the keyboard too.
  said.tabIndex = 0;
  said.setAttribute("role", "region");
  said.setAttribute("aria-label", `${name} ${NAMES[side]}`);
  return said;
}

function side(value, index) {
  const heading = make("h3", "compare-name", NAMES[index]);
  if (value.differences) heading.append(make("span", "compare-differences", ` ${value.differences}`));
  const said = value.waiting ? make("p", "compare-waiting", say("Waiting for its turn…")) : text(value.text, index, say("Result"));
  said.classList.toggle("compare-verdict", value.verdict);
  return make("section", "compare-side", heading, said, make("p", "status", value.status));
}

function input({ name, texts }) {
  const both = texts.map((parts, index) => make("div", "compare-side", text(parts, index, name)));
  return [make("h3", "compare-title", name), make("div", "compare-sides", ...both)];
}

function row(header, cells) {
  const line = make("tr", "");
  const name = make("th", "compare-row", header);
  name.scope = "row";
  line.append(name, ...cells);
  return line;
}

function table(caption, lines, more) {
  const head = make("tr", "", make("td", ""), ...[...NAMES, "B − A", ...(more ? [more] : [])].map((name) => {
    const cell = make("th", "compare-column", name);
    cell.scope = "col";
    return cell;
  }));
  const found = make("table", "compare-table", make("caption", "compare-title", caption), make("thead", "", head), make("tbody", "", ...lines));
  return make("div", "compare-scroll", found);
}

// A bar from the middle: to the left and purple where B has less, to the right and green where it has more.
function bar(difference) {
  const track = make("div", "compare-track");
  track.setAttribute("aria-hidden", "true");
  if (difference) {
    const fill = make("span", `compare-fill compare-${difference < 0 ? "less" : "more"}`);
    const share = Math.min(1, Math.abs(difference)) * 50;
    Object.assign(fill.style, { width: `${share}%`, marginLeft: `${difference < 0 ? 50 - share : 50}%` });
    track.append(fill);
  }
  return make("td", "compare-bar", track);
}

function figure([name, first, second, difference]) {
  const cells = [percent(first), percent(second), signed(difference)].map((said) => make("td", "compare-figure", said));
  return row(name, [...cells, bar(difference)]);
}

function cost([name, ...cells]) {
  return row(name, cells.map((said) => make("td", "compare-figure", said)));
}

function key() {
  const marks = NAMES.map((name, index) => make(["del", "ins"][index], `compare-alone compare-${name}`, say("only in {side}", { side: name })));
  return make("p", "compare-key", ...marks);
}

// A line for each probability, after the results themselves.
function rows() {
  const said = props.value.sides.map(({ text }) => text.map(([part]) => part).join(""));
  return [["", ...NAMES, "B - A"], [say("Result"), ...said, ""], ...props.value.figures];
}

const saving = exportBar({ root, name: "compare", table: rows, data: () => props.value, shown: () => Boolean(props.value?.costs) });

function draw() {
  const value = props.value;
  saving.update();
  if (!value || !value.sides) return root.replaceChildren();
  const drawn = [make("div", "compare-sides", ...value.sides.map(side))];
  const marked = [...value.inputs.flatMap(({ texts }) => texts), ...value.sides.map(({ text }) => text)];
  if (value.costs) {
    if (marked.some((parts) => parts.some(([, alone]) => alone))) drawn.push(key());
    if (value.figures.length) drawn.push(table(say("Probabilities"), value.figures.map(figure), "−1 … 0 … +1"));
    if (value.same) drawn.push(make("p", "compare-note", say("The probabilities are the same on both sides.")));
    drawn.push(table(say("What it took"), value.costs.map(cost)));
  }
  root.replaceChildren(...value.inputs.flatMap(input), ...(value.inputs.length ? [make("h3", "compare-title", say("Result"))] : []), ...drawn);
}
watch("value", draw);
draw();
