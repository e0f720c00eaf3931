// The sampling bench: what temperature, top-k, top-p and min-p do to a distribution, and rolls of the dice.
const USUAL = { temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05 };
const OFF = { temperature: 1, topK: 0, topP: 1, minP: 0 };
const FEW = 12, LONGEST = 20;
const bench = element.querySelector(".bench");
const part = (name) => bench.querySelector(`.bench-${name}`);
const knobs = Object.fromEntries([...bench.querySelectorAll("[data-knob]")].map((node) => [node.dataset.knob, node]));
sayIn(element);
let tokens = [];
let logs = new Float64Array();
let own = new Float64Array();
let found = null;
let roll = dice(1);
let rolled = [];
let all = false;

const figure = (share) => (share > 0 && share < 0.00005 ? "<0.01%" : `${(share * 100).toFixed(share < 0.1 ? 2 : 1)}%`);
const whole = (n) => n.toLocaleString("en");
const sum = (list, from) => list.subarray(from).reduce((total, share) => total + share, 0);
// The other names are the same in every language.
const filterName = (name) => (name === "temperature" ? say("temperature") : name);
const setting = (name) => (name === "first" ? knobs.first.value === "1" : Number(knobs[name].value));

function valueText(name) {
  const value = setting(name);
  if (value === OFF[name] && name !== "temperature") return say("off");
  if (name === "temperature" && value === 0) return say("0: the likeliest");
  return name === "topK" ? whole(value) : value.toFixed(2);
}

// How many tokens each filter took away, in the order of the filters.
function summary() {
  const kept = found.after.length, parts = [];
  let left = logs.length;
  for (const [name, count] of found.left) {
    if (count < left) parts.push(say("{n} by {filter}", { n: whole(left - count), filter: filterName(name) }));
    left = count;
  }
  const mass = figure(1 - sum(own, kept));
  const stays = sayCount(kept, "{n} of {all} tokens stays, with {share} of the probability.", "{n} of {all} tokens stay, with {share} of the probability.", { all: whole(logs.length), share: mass });
  return parts.length ? `${stays} ${say("Cut: {parts}.", { parts: parts.join(", ") })}` : stays;
}

function bars(first, second) {
  const cell = make("td", "bench-bars");
  for (const [kind, share] of [["before", first], ["after", second]]) {
    const bar = make("span", `bench-bar bench-${kind}`);
    bar.style.width = `${share * 100}%`;
    cell.append(bar);
  }
  return cell;
}

// A row of the table; `cut` says what took the token away, if anything did.
function tableRow(head, first, second, cut, count) {
  const row = make("tr", cut ? "bench-cut" : ""), after = make("td", "bench-figure", cut || figure(second));
  head.scope = "row";
  const expected = rolled.length * second;
  row.append(head, bars(first, second), make("td", "bench-figure bench-before-figure", figure(first)), after);
  row.append(make("td", "bench-figure", rolled.length ? whole(count) : ""), make("td", "bench-figure", rolled.length ? expected.toFixed(1) : ""));
  return row;
}

function name(index) {
  const { text, control } = tokens[index] ?? {};
  if (index >= tokens.length) return say("token of rank {n}", { n: whole(index + 1) });
  return control || !text.includes("\ufffd") ? visible(text) : `(${PART})`;
}

const why = (index) => (index < found.after.length ? "" : say("cut by {filter}", { filter: filterName(cutBy(found, index)) }));

function fill() {
  const kept = found.after.length, counts = new Map();
  for (const index of rolled) counts.set(index, (counts.get(index) ?? 0) + 1);
  const shown = Math.min(tokens.length, all ? tokens.length : FEW);
  const rows = Array.from({ length: shown }, (_, i) =>
    tableRow(written("th", "bench-name", name(i)), own[i], found.after[i] ?? 0, why(i), counts.get(i) ?? 0));
  if (shown < logs.length) {
    const others = make("th", "bench-name bench-others", say("{n} others", { n: whole(logs.length - shown) }));
    const count = rolled.filter((index) => index >= shown).length;
    rows.push(tableRow(others, sum(own, shown), sum(found.after, shown), kept <= shown ? say("cut") : "", count));
  }
  bench.querySelector("tbody").replaceChildren(...rows);
  part("more").hidden = tokens.length <= FEW;
  part("more").textContent = all ? say("Show fewer") : say("Show {n}", { n: whole(tokens.length) });
}

function change() {
  for (const [knob, node] of Object.entries(knobs)) {
    if (knob === "first") continue;
    node.parentElement.querySelector("output").textContent = valueText(knob);
    node.setAttribute("aria-valuetext", valueText(knob));
  }
  if (!logs.length) return;
  found = filtered(logs, Object.fromEntries(Object.keys(knobs).map((knob) => [knob, setting(knob)])));
  part("said").textContent = summary();
  again();
}

function again() {
  roll = dice(Number(part("seed").value) || 0);
  rolled = [];
  part("last").textContent = "";
  fill();
}

function rollOn(times) {
  for (let i = 0; i < times; i++) rolled.push(fallsOn(found.after, roll()));
  const last = rolled.slice(-LONGEST).map(name).join(" · ");
  part("last").textContent = rolled.length > LONGEST ? `… ${last}` : last;
  fill();
}

function choose(values) {
  for (const [knob, value] of Object.entries(values)) knobs[knob].value = value;
  change();
}

bench.addEventListener("input", ({ target }) => (target.matches(".bench-seed") ? again() : target.dataset.knob && change()));
bench.addEventListener("click", ({ target }) => {
  const { preset, rolls } = target.dataset;
  if (preset) choose(preset === "usual" ? USUAL : OFF);
  else if (rolls) Number(rolls) ? rollOn(Number(rolls)) : again();
  else if (target === part("more")) fill((all = !all));
});
choose(USUAL);

drawn((value) => {
  bench.classList.toggle("bench-empty", !value?.logs?.length);
  if (!value?.logs?.length) return;
  tokens = value.tokens;
  logs = allLogs(value);
  own = shares(logs, logs.length, 1);
  knobs.topK.max = tokens.length;
  change();
});
