// Saves what is on screen: figures for a paper, numbers for a program, a page that works from a disk.

const TITLE_HEIGHT = 34;

function saveAs(format, view) {
  const name = `attention-${view.data.model}-${view.state.view}`.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const save = (content, type) => download(new Blob([content], { type }), `${name}.${format.toLowerCase()}`);
  if (format === "SVG") {
    const { paint, width, height } = figure(view);
    const pen = svgPen(width, height);
    paint(pen);
    save(pen.finish(), "image/svg+xml");
  } else if (format === "PNG") {
    const { paint, width, height } = figure(view), canvas = document.createElement("canvas");
    paint(canvasPen(canvas, width, height, Math.min(3, 12000 / Math.max(width, height)), view.theme.paper));
    canvas.toBlob(blob => download(blob, name + ".png"));
  } else if (format === "CSV") save("\ufeff" + csvOf(view.matrix), "text/csv");
  else if (format === "JSON") save(JSON.stringify(jsonOf(view), null, 1), "application/json");
  else save(pageOf(view), "text/html");
}

function download(blob, name) {
  const link = element("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// The picture with its title on paper of its own, as a function that draws it with any pen.
function figure({ data, state, matrix, theme, focus, width }) {
  const box = state.view === "heads" ? headsBox(data) : state.view === "flow" ? flowBox(data, state, width) : state.view === "lines" ? linesBox(matrix, width) : matrixBox(matrix, Math.max(width, 480));
  const title = `${data.model} · ` + (state.view === "heads" ? "all heads, layers down" : describeHead(data, state.layer, state.head));
  const margin = 16, font = { size: 13, sans: true };
  const whole = Math.max(box.width, Math.min(widthOf(title, font), 900)) + 2 * margin;
  const shift = pen => Object.fromEntries(Object.entries(pen).map(([name, draw]) => [name, moved(name, draw.bind(pen), margin, margin + TITLE_HEIGHT)]));
  return {
    width: whole,
    height: box.height + 2 * margin + TITLE_HEIGHT,
    paint(pen) {
      pen.rect(0, 0, whole, box.height + 2 * margin + TITLE_HEIGHT, theme.paper);
      pen.text(fitted(title, whole - 2 * margin, font), margin, margin + 8, { fill: theme.ink, ...font });
      const inner = shift(pen);
      if (state.view === "heads") drawHeads(inner, data, box, theme);
      else if (state.view === "flow") drawFlow(inner, data, box, theme, state, focus);
      else if (state.view === "lines") drawLines(inner, matrix, box, theme, state, focus);
      else drawMatrix(inner, matrix, box, theme, state);
    },
  };
}

// A pen's stroke, moved right and down; text has its words before its place, a curve has two places.
function moved(name, draw, right, down) {
  if (name === "text") return (words, x, y, ...rest) => draw(words, x + right, y + down, ...rest);
  if (name === "curve") return (x1, y1, x2, y2, ...rest) => draw(x1 + right, y1 + down, x2 + right, y2 + down, ...rest);
  return (x, y, ...rest) => draw(x + right, y + down, ...rest);
}

function csvOf({ rows, columns, values }) {
  const quoted = words => `"${words.replaceAll('"', '""')}"`;
  const lines = rows.map((token, r) => [quoted(token.text), ...values.subarray(r * columns.length, (r + 1) * columns.length)].join(","));
  return [["", ...columns.map(token => quoted(token.text))].join(","), ...lines].join("\r\n") + "\r\n";
}

function jsonOf({ data, state, matrix }) {
  const width = matrix.columns.length;
  return {
    model: data.model, text: data.text, text_pair: data.pair, target: data.target, layer: state.layer, head: HEADS[state.head] ?? state.head,
    whole_words: state.words, special_tokens: state.special,
    queries: matrix.rows.map(token => token.text), keys: matrix.columns.map(token => token.text),
    weights: matrix.rows.map((_, r) => Array.from(matrix.values.subarray(r * width, (r + 1) * width))),
  };
}

const HEADS = { [MEAN]: "mean", [MAX]: "max", [ROLLOUT]: "rollout" };

// This view with the data it has, in one file. A "<" in the data or the code must not end the script.
function pageOf({ data, state }) {
  const safe = code => code.replaceAll("<", "\\u003c").replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
  const close = "<" + "/script>";
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Attention · Glassbox</title></head>
<body style="margin:0"><div id="root"></div>
<script>
${attentionView.toString().replaceAll("<" + "/script", "<\\/script")}
const view = attentionView(document.getElementById("root"), null);
for (const sent of ${safe(JSON.stringify(data.sent))}) view.show(sent);
view.change(${safe(JSON.stringify(state))});
${close}
</body></html>
`;
}
