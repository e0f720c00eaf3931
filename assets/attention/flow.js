// The flow: what a word at the last of the chosen layers is made of, followed back through the layers to the input.

const FLOW = {
  title: say("Flow"),
  follows: true,
  box: ({ matrix }, width) => listsBox(matrix.columns.length, Math.min(width, 900), 34),
  draw: (pen, { data, matrix, box, theme, scale, state }, focus) => drawFlow(pen, data, matrix, box, theme, scale, state, focus),
  at: ({ matrix, box }, x, y) => flowAt(box, matrix.columns.length, x, y),
};

// In cross-attention a translation draws on tokens of another text, so nothing flows on.
function flows(data) {
  return data.kind !== "cross" && (ask !== null || linksOf(data) !== null);
}

// What the drawing leaves out.
function sayFlow({ data, state }) {
  const { each } = linksOf(data)[0], words = [];
  if (each < data.keys.length) words.push(say("Of each token the {each} strongest links are followed; the shades of the input count all.", { each }));
  if (!state.special) words.push(say("What passes through a hidden token is not drawn."));
  return words.join(" ");
}

// For each layer and token the tokens it is made of, and how much of each: half of itself passes by on the residual
// connection, as rollout has it. Null until the server has sent them; a short text's follow from its own matrices.
function linksOf(data) {
  if (data.links) return data.links;
  const count = data.keys.length, from = Uint16Array.from({ length: count * count }, (_, i) => i % count), layers = [];
  for (let layer = 0; layer < data.layers; layer++) {
    const mean = planeOf(data, layer, MEAN);
    if (!mean) return null;
    layers.push({ each: count, from, shares: mean.map((weight, i) => (weight + (i % (count + 1) === 0)) / 2) });
  }
  return (data.links = layers);
}

function openLinks({ each, tokens, shares }, { keys, layers }) {
  const from = new Uint16Array(bytesOf(tokens).buffer), part = decode(bytesOf(shares), 1), size = keys.length * each;
  return Array.from({ length: layers }, (_, layer) => {
    const [start, end] = [layer * size, (layer + 1) * size];
    return { each, from: from.subarray(start, end), shares: part.subarray(start, end) };
  });
}

// What the token in focus (or all) draws on: how much flows along each link between the groups that are shown.
function flowsInto(data, matrix, last, row) {
  const count = data.keys.length, links = linksOf(data), place = new Int32Array(count).fill(-1), found = [];
  matrix.columns.forEach(({ members }, group) => members.forEach(token => { place[token] = group; }));
  const groups = matrix.columns.length, into = (row === null ? matrix.rows : [matrix.rows[row]]).flatMap(({ members }) => members);
  let above = new Float64Array(count);
  for (const token of into) above[token] = 1 / into.length;
  for (let layer = last; layer >= 0; layer--) {
    const { each, from, shares } = links[layer], below = new Float64Array(count), between = new Map();
    for (let to = 0; to < count; to++) {
      if (above[to] < 1e-6) continue;
      for (let i = to * each; i < (to + 1) * each; i++) {
        const flow = above[to] * shares[i];
        below[from[i]] += flow;
        if (place[to] < 0 || place[from[i]] < 0) continue;
        const link = place[to] * groups + place[from[i]];
        between.set(link, (between.get(link) ?? 0) + flow);
      }
    }
    for (const [link, flow] of between) found.push({ layer, from: link % groups, to: Math.floor(link / groups), flow });
    above = below;
  }
  return found;
}

function drawFlow(pen, data, matrix, box, theme, scale, state, { row, column }) {
  const { left, right, top, step } = box, layers = state.layer + 1, count = matrix.columns.length;
  const y = i => top + (i + 0.5) * step, x = layer => left + 10 + ((right - left - 20) * layer) / layers;
  const label = (words, x, align) => pen.text(words, x, 14, { align, fill: theme.muted, size: 12, sans: true });
  label(say("input"), left, "right");
  label(say("after layer {layer}", { layer: layers }), right, "left");
  // For all tokens of a long text at once, what each keeps of itself would hide the rest.
  const whole = row === null ? Math.min(1, 4 / count) : 1, across = row === null && box.thin;
  const seen = flowsInto(data, matrix, state.layer, row).filter(({ from, to, flow }) => (across ? from !== to : flow > 0.0005 * whole));
  const drawn = [];
  for (let at = 0; at < layers; at++)
    drawn.push(...heaviestLast(seen.filter(({ layer }) => layer === at), ({ flow }) => flow, Math.ceil(LINE_LIMIT / layers)));
  for (const { layer, from, to, flow } of drawn) {
    const strength = Math.min(1, flow / whole);
    pen.curve(x(layer), y(from), x(layer + 1), y(to), column === from && layer === 0 ? theme.mark : theme.accent,
      0.5 + Math.max(6, step * 0.55) * strength ** 0.8, 0.15 + 0.75 * Math.sqrt(strength));
  }
  const skip = Math.ceil(layers / 12);
  for (let layer = skip; layer < layers; layer += skip) label(String(layer), x(layer), "center");
  drawList(pen, matrix.columns, box, true, theme, { scale, weights: inputsOf(matrix, row), at: column });
  drawList(pen, matrix.rows, box, false, theme, { scale, at: row });
  drawLegend(pen, 8, box.bottom + 18, scale, theme);
  if (drawn.length < seen.length) sayDrawn(pen, box, theme, drawn.length, seen.length);
}

// How much of the row in focus, or of all rows, each input is.
function inputsOf({ rows, columns, values }, row) {
  const width = columns.length;
  if (row !== null) return Array.from(values.subarray(row * width, (row + 1) * width));
  const sums = Array(width).fill(0);
  values.forEach((weight, i) => { sums[i % width] += weight / rows.length; });
  return sums;
}

// Words that come out are on the right, those that went in on the left.
function flowAt(box, count, x, y) {
  const at = listAt(box, count, y);
  if (at === null) return null;
  return x > box.width / 2 ? { row: at, column: null } : { row: null, column: at };
}
