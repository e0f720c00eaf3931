// Saves what is on screen: figures for a paper, numbers for a program, a page that works from a disk.

const TITLE_HEIGHT = 34;

function makeExports(view) {
  for (const format of ["SVG", "PNG", "CSV", "JSON", "HTML"]) {
    const button = element("button", "", format);
    button.type = "button";
    button.addEventListener("click", () => save(view, format));
    view.$("exports").append(button);
  }
}

// CSV and JSON hold the model's own floats, which are fetched first.
function save(view, format) {
  if (!view.data) return;
  const drawing = DRAWINGS[view.state.view], exact = !drawing.json && (format === "CSV" || format === "JSON") && ask !== null, shown = exact ? shownIn(view, true) : view;
  view.saving = shown ? null : format;
  if (!shown) return;
  const name = `attention-${view.data.model}-${view.state.view}`.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const keep = (content, type) => download(new Blob([content], { type }), `${name}.${format.toLowerCase()}`);
  if (format === "SVG") keep(svgOf(figure(view)), "image/svg+xml");
  else if (format === "PNG") canvasOf(figure(view), view.theme).toBlob(blob => download(blob, name + ".png"));
  else if (format === "CSV") keep("\ufeff" + (drawing.csv ? drawing.csv(view) : shown.compared ? csvOfBoth(shown.compared) : csvOf(shown.matrix)), "text/csv");
  else if (format === "JSON") keep(JSON.stringify(drawing.json?.(view) ?? jsonOf(view, shown), null, 1), "application/json");
  else keep(pageOf(view), "text/html");
}

// The picture with its title on paper of its own, as a function that draws it with any pen.
function figure(view) {
  const { data, state, theme } = view, drawing = DRAWINGS[state.view];
  const box = drawing.box(view, Math.max(view.box.width, 480));
  const title = `${data.model} · ` + (drawing.name?.(view) ?? describeHead(data, state.layer, chosen(view).head));
  const margin = 16, font = { size: 13, sans: true };
  const width = Math.max(box.width, Math.min(widthOf(title, font), 900)) + 2 * margin, height = box.height + 2 * margin + TITLE_HEIGHT;
  return {
    width, height,
    paint(pen) {
      pen.rect(0, 0, width, height, theme.paper);
      pen.text(fitted(title, width - 2 * margin, font), margin, margin + 8, { fill: theme.ink, ...font });
      drawing.draw(shifted(pen, margin, margin + TITLE_HEIGHT), { ...view, box }, focusOf(view));
    },
  };
}

function quoted(words) {
  return `"${words.replaceAll('"', '""')}"`;
}

function csvOf({ rows, columns, values }) {
  const lines = rows.map((token, r) => [quoted(token.text), ...values.subarray(r * columns.length, (r + 1) * columns.length)]);
  return [["", ...columns.map(token => quoted(token.text))], ...lines].map(line => line.join(",") + "\r\n").join("");
}

// A line for each cell of A and of B; a cell without a partner leaves the other's place empty.
function csvOfBoth({ a, b, rows, columns }) {
  const lines = [["from", "to", "A", "B", "A - B"]], inverse = pairs => new Map(pairs.map(([i, j]) => [j, i]));
  const [rowOf, columnOf, ofRow, ofColumn] = [new Map(rows), new Map(columns), inverse(rows), inverse(columns)];
  a.rows.forEach((from, r) => a.columns.forEach((to, c) => {
    const inB = [rowOf.get(r), columnOf.get(c)], weight = valueAt(a, r, c), other = inB.includes(undefined) ? "" : valueAt(b, ...inB);
    lines.push([quoted(from.text), quoted(to.text), weight, other, other === "" ? "" : weight - other]);
  }));
  b.rows.forEach((from, r) => b.columns.forEach((to, c) => {
    if (!ofRow.has(r) || !ofColumn.has(c)) lines.push([quoted(from.text), quoted(to.text), "", valueAt(b, r, c), ""]);
  }));
  return lines.map(line => line.join(",") + "\r\n").join("");
}

function jsonOf(view, { matrix, compared }) {
  const { data, other, state } = view, { words, special } = chosen(view);
  const source = ({ model, text, pair, target, measure }, { layer, head }) => ({ model, text, text_pair: pair, target, layer, head: COMBINED[head] ?? head, measure });
  const choices = { whole_words: words, special_tokens: special };
  if (!compared) return { ...source(data, chosen(view)), ...choices, ...numbersOf(matrix) };
  const { a, b, difference } = compared;
  return {
    ...choices,
    a: { ...source(data, state), ...numbersOf(a) },
    b: { ...source(state.with === "text" ? other : data, chosenB(view)), ...numbersOf(b) },
    difference: difference && numbersOf(difference),
  };
}

function numbersOf({ rows, columns, values }) {
  const width = columns.length;
  return {
    queries: rows.map(token => token.text), keys: columns.map(token => token.text),
    weights: rows.map((_, r) => Array.from(values.subarray(r * width, (r + 1) * width))),
  };
}

const COMBINED = { [MEAN]: "mean", [MAX]: "max", [ROLLOUT]: "rollout" };

// This view with the data it has, in one file. A "<" in the data or the code must not end the script.
function pageOf({ measured, other, state, outcomes, ranking }) {
  // The saved page opens on the first data received.
  const all = Object.values(measured), sent = [...all, ...(other && !all.includes(other) ? [other] : [])].flatMap(each => each.sent);
  sent.push(...[...outcomes.values(), ...(ranking ? [ranking] : [])].map(({ value }) => value));
  const safe = code => code.replaceAll("<", "\\u003c").replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
  const close = "<" + "/script>", code = attentionView.toString();
  return `<!doctype html>
<html lang="${document.documentElement.lang || "en"}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${say("Attention")} · Glassbox</title></head>
<body style="margin:0"><div id="root"></div>
<script>
globalThis.glassboxWords = ${safe(JSON.stringify(wordsOf(code)))};
${code.replaceAll("<" + "/script", "<\\/script")}
const view = attentionView(document.getElementById("root"), null);
for (const sent of ${safe(JSON.stringify(sent))}) view.show(sent);
view.change(${safe(JSON.stringify(state))});
${close}
</body></html>
`;
}

// As many of the page's words as this view has use for.
function wordsOf(code) {
  return Object.fromEntries(Object.entries(globalThis.glassboxWords ?? {}).filter(([english]) => code.includes(english)));
}
