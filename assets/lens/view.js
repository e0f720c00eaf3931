// The lens: a grid of layers and positions to walk, and beside it one cell in detail and a chart of ranks.
const lens = element.querySelector(".lens");
const lensPart = (name) => lens.querySelector(`.lens-${name}`);
const [scroll, grid, detail, chart] = ["scroll", "grid", "detail", "chart"].map(lensPart);
const WALK = { ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
sayIn(lens);
let data = null;
let cells = [];
let at = [0, 0];
let kept = false;
let theme = themeOf(false);

const dark = () => lens.closest(".dark") !== null;
const inWords = (row, position) => {
  const [best] = data.top(row, position), [word] = data.followed(row, position);
  return say("layer {layer}, after {after}: {best} {share}; {word} has rank {rank}", {
    layer: layerName(data, row), after: quotedToken(data.read[position]), best: quotedToken(best.text),
    share: percent(best.probability), word: quotedToken(word.text), rank: countOf(word.rank),
  });
};

function headerRow() {
  const row = make("tr", ""), corner = make("th", "lens-layer", say("layer"));
  row.setAttribute("role", "row");
  corner.scope = "col";
  const heads = data.read.map((text) => {
    const head = written("th", "lens-read", shownToken(text));
    head.scope = "col";
    head.title = shownToken(text);
    return head;
  });
  row.append(corner, ...heads);
  return row;
}

function gridRow(row) {
  const line = make("tr", ""), head = make("th", "lens-layer", layerName(data, row));
  line.setAttribute("role", "row");
  head.scope = "row";
  cells[row] = data.read.map((_, position) => {
    const cell = written("td", "lens-cell", shownToken(data.top(row, position)[0].text));
    cell.setAttribute("role", "gridcell");
    cell.setAttribute("aria-label", inWords(row, position));
    Object.assign(cell.dataset, { row, position });
    cell.tabIndex = -1;
    return cell;
  });
  line.append(head, ...cells[row]);
  return line;
}

function paintCells() {
  theme = themeOf(dark());
  lensPart("ramp").style.background = `linear-gradient(to right, ${[0, 64, 128, 192, 255].map((step) => cssOf(theme.ramp[step])).join()})`;
  cells.forEach((line, row) => line.forEach((cell, position) => {
    const rgb = lensColour(theme, data.top(row, position)[0].probability);
    Object.assign(cell.style, { background: cssOf(rgb), color: inkOn(rgb) });
  }));
}

function drawChart() {
  const [row, position] = at, width = chart.parentElement.clientWidth;
  if (!width) return;
  const height = 240;
  paintRanks(canvasPen(chart, width, height, window.devicePixelRatio || 1), data, position, { width, height, theme, row });
  const ranks = ranksOf(data, position).map((rank, each) => `${layerName(data, each)}: ${countOf(rank)}`).join(", ");
  chart.setAttribute("aria-label", say("Ranks of {word} by layer: {ranks}", { word: quotedToken(data.followed(0, position)[0].text), ranks }));
}

function describe() {
  const [row, position] = at, title = make("p", "lens-where");
  title.append(say("Layer {layer}, after", { layer: layerName(data, row) }), " ", written("strong", "lens-word", quotedToken(data.read[position])));
  const best = list(say("would write next"), data.top(row, position).map(({ text, probability }) => listRow(text, probability, percent(probability))));
  const ranks = data.followed(row, position).map(({ text, rank, probability }) => listRow(text, probability, say("rank {n}", { n: countOf(rank) })));
  detail.replaceChildren(title, best, list(data.asked ? say("the word you follow, and what comes out in the end") : say("what comes out in the end"), ranks));
  lensPart("said").textContent = appearance(data, position);
  lensPart("heading").textContent = say("Rank after {after}, layer by layer (1 is the likeliest)", { after: quotedToken(data.read[position]) });
}

// A row of the lists whose figure need not be its share.
function listRow(text, share, figure) {
  const item = row(shownToken(text), share);
  item.querySelector(".token-percent").textContent = figure;
  return item;
}

function focusCell(row, position, take) {
  cells[at[0]]?.[at[1]]?.classList.remove("lens-open");
  if (cells[at[0]]?.[at[1]]) cells[at[0]][at[1]].tabIndex = -1;
  at = [row, position];
  cells[row][position].classList.add("lens-open");
  cells[row][position].tabIndex = 0;
  if (take) cells[row][position].focus();
  describe();
  drawChart();
}

function save(format) {
  const name = `lens-${data.model}`.toLowerCase().replace(/[^a-z0-9]+/g, "-"), figure = lensFigure(data, at[1], theme);
  const keep = (content, type) => download(new Blob([content], { type }), `${name}.${format.toLowerCase()}`);
  if (format === "SVG") keep(svgOf(figure), "image/svg+xml");
  else if (format === "PNG") canvasOf(figure, theme).toBlob((blob) => download(blob, `${name}.png`));
  else if (format === "CSV") keep(lensCsv(data), "text/csv");
  else keep(JSON.stringify(lensJson(data), null, 1), "application/json");
}

for (const format of ["SVG", "PNG", "CSV", "JSON"]) {
  const button = make("button", "lens-save", format);
  button.type = "button";
  button.addEventListener("click", () => save(format));
  lensPart("line").append(button);
}

const placeOf = (event) => {
  const cell = event.target.closest(".lens-cell");
  return cell && [Number(cell.dataset.row), Number(cell.dataset.position)];
};
grid.addEventListener("pointerover", (event) => !kept && placeOf(event) && focusCell(...placeOf(event)));
grid.addEventListener("click", (event) => {
  const place = placeOf(event);
  if (!place) return;
  kept = !(kept && String(place) === String(at));
  focusCell(...place, true);
});
grid.addEventListener("keydown", (event) => {
  const [up, right] = WALK[event.key] ?? [];
  if (event.key === "Escape") kept = false;
  if (up === undefined) return;
  // What scrolls under the pointer meanwhile is not pointed at.
  kept = true;
  const [row, position] = [at[0] + up, at[1] + right];
  if (cells[row]?.[position]) focusCell(row, position, true);
  event.preventDefault();
});
new ResizeObserver(() => data && drawChart()).observe(chart.parentElement);
new MutationObserver(() => data && dark() !== theme.dark && (paintCells(), drawChart())).observe(document.body, { attributes: true, attributeFilter: ["class"] });

drawn((value) => {
  const empty = !value?.read?.length;
  lens.classList.toggle("lens-empty", empty);
  data = empty ? null : lensData(value);
  if (empty) return;
  cells = [];
  kept = false;
  const head = make("thead", ""), body = make("tbody", "");
  head.append(headerRow());
  body.append(...Array.from({ length: data.rows }, (_, i) => gridRow(data.rows - 1 - i)));
  grid.replaceChildren(head, body);
  lensPart("target").textContent = data.target ? say("The translation: {text}", { text: data.target }) : "";
  paintCells();
  at = [data.rows - 1, data.positions - 1];
  focusCell(...at);
  scroll.scrollLeft = scroll.scrollWidth;
});
