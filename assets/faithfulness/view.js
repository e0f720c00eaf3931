// Deletion curves: how probable the model's own result remains as the words that a measure ranks highest are removed.
const figure = element.querySelector(".faith");
const NAMES = {
  occlusion: say("left-out words"), gradients: say("gradients"), norms: say("attention by norm"), attention: say("attention"), random: say("random words"),
};
const DASHES = ["", "8 3", "2 3", "8 3 2 3", "1 5"];
// Within this distance, two measures count as equal.
const ALIKE = 0.02;
// The picture is as wide as its column: on a phone the plot is narrower, so that its words are not smaller.
const RIGHT = matchMedia("(max-width: 640px)").matches ? 200 : 430;
const WIDE = RIGHT + 160, HIGH = 270, LEFT = 40, TOP = 12, BOTTOM = 222, LINE = 16;
const digits = (x) => x.toFixed(2);
const share = (x) => `${Math.round(100 * x)}%`;

function drawnShape(name, attributes, words = "") {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.textContent = words;
  return node;
}

// Labels beside the ends of the lines, without overlaps and none below the plot.
function spread(ends) {
  const sorted = [...ends].sort((a, b) => a.y - b.y), last = sorted.length - 1;
  sorted.forEach((end, i) => { if (i) end.y = Math.max(end.y, sorted[i - 1].y + LINE); });
  sorted.forEach((end, i) => { end.y = Math.min(end.y, BOTTOM - LINE * (last - i)); });
  return ends;
}

function inWords({ of, count, shares, curves }) {
  const mean = (curve) => curve.slice(1).reduce((sum, value) => sum + value, 0);
  const [best, next] = Object.keys(curves).sort((a, b) => mean(curves[a]) - mean(curves[b])), at = shares.indexOf(0.2);
  const alike = mean(curves[next]) - mean(curves[best]) < ALIKE * (shares.length - 1);
  const facts = {
    n: count, share: share(0.2), best: alike ? say("{one} and {other}, about alike,", { one: NAMES[best], other: NAMES[next] }) : NAMES[best], from: digits(curves[best][0]), to: digits(curves[best][at]),
    attention: digits(curves.attention[at]), norms: digits(curves.norms[at]), random: digits(curves.random[at]),
  };
  return of === "sentiment"
    ? say("Which measure to trust: in {n} reviews, {best} ranked the words best. Without the {share} of the words that come first there, the probability of the model's class falls from {from} to {to}; by attention it falls to {attention}, by norm to {norms}, without random words to {random}.", facts)
    : say("Which measure to trust: in {n} questions, {best} ranked the words best. Without the {share} of the words that come first there, the probability of the answer falls from {from} to {to}; by attention it falls to {attention}, by norm to {norms}, without random words to {random}.", facts);
}

function plot({ shares, curves }, words) {
  const svg = drawnShape("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": words });
  const last = shares.at(-1), x = (share) => LEFT + (RIGHT - LEFT) * share / last, y = (value) => BOTTOM - (BOTTOM - TOP) * value;
  for (const value of [0, 0.25, 0.5, 0.75, 1]) {
    svg.append(drawnShape("line", { class: "faith-line", x1: LEFT, x2: RIGHT, y1: y(value), y2: y(value) }));
    svg.append(drawnShape("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, digits(value)));
  }
  for (const each of shares) svg.append(drawnShape("text", { x: x(each), y: BOTTOM + 18, "text-anchor": "middle" }, share(each)));
  svg.append(drawnShape("text", { x: LEFT, y: BOTTOM + 38 }, say("words left out, the highest ranked first")));
  const ends = spread(Object.entries(curves).map(([name, curve]) => ({ name, y: y(curve.at(-1)) })));
  Object.entries(curves).forEach(([name, curve], i) => {
    const points = curve.map((value, at) => `${x(shares[at]).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
    const style = `stroke: var(--c${i}); stroke-dasharray: ${DASHES[i] || "none"}`, { y: end } = ends[i];
    svg.append(drawnShape("polyline", { points, style }), drawnShape("polyline", { points: `${RIGHT + 12},${end} ${RIGHT + 40},${end}`, style }));
    svg.append(drawnShape("text", { x: RIGHT + 46, y: end + 4 }, NAMES[name]));
  });
  return svg;
}

function numbers({ shares, curves }) {
  const table = make("table", "", make("thead", "", make("tr", "", cell("", "col"), ...shares.map((each) => cell(share(each), "col")))));
  table.append(make("tbody", "", ...Object.entries(curves).map(([name, curve]) =>
    make("tr", "", cell(NAMES[name], "row"), ...curve.map((value) => make("td", "", digits(value)))))));
  return table;
}

function cell(words, scope) {
  const node = make("th", "", words);
  node.scope = scope;
  return node;
}

drawn((value) => {
  if (!value?.curves) return;
  const words = inWords(value);
  const how = say("{model}; deletion curves (Samek et al. 2017), the mean of {n}: {command}", { model: value.model, n: value.count, command: value.command });
  const scroll = make("div", "faith-scroll", numbers(value));
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", say("The numbers"));
  figure.replaceChildren(make("figcaption", "", words), plot(value, words), make("details", "", make("summary", "", say("The numbers")), scroll, make("p", "faith-how", how)));
});
