// The flow: what a word at the last of the chosen layers is made of, followed back through the layers to the input.

function flowBox(data, state, width) {
  const across = Math.min(width, 900), label = Math.min(across * 0.22, 140), step = data.keys.length > 60 ? 14 : 22, top = 34;
  const bottom = top + data.keys.length * step;
  return { width: across, height: bottom + LEGEND_HEIGHT, left: label, right: across - label, top, step, bottom, label: label - 10, size: step > 14 ? 14 : 11 };
}

// The layers' mean attention with half of each token passing by, as rollout has it; null where a layer is not here.
function flowLayers(data, last) {
  const count = data.keys.length, layers = [];
  for (let layer = 0; layer <= last; layer++) {
    const mean = planeOf(data, layer, MEAN);
    if (!mean) return null;
    layers.push(mean.map((weight, i) => (weight + (i % (count + 1) === 0)) / 2));
  }
  return layers;
}

function drawFlow(pen, data, box, theme, state, focus) {
  const layers = flowLayers(data, state.layer), count = data.keys.length;
  const { left, right, top, step } = box, y = i => top + (i + 0.5) * step;
  const x = layer => left + 10 + ((right - left - 20) * layer) / layers.length;
  const { row, column } = focus;
  // How much of the word in focus is at each token before each layer, from the last one down.
  const shares = [Float64Array.from({ length: count }, (_, i) => (row === null ? 1 / count : Number(i === row)))];
  const edges = [];
  for (let layer = layers.length - 1; layer >= 0; layer--) {
    const above = shares[0], below = new Float64Array(count);
    for (let i = 0; i < count; i++)
      for (let j = 0; above[i] > 0 && j < count; j++) {
        const flow = above[i] * layers[layer][i * count + j];
        below[j] += flow;
        if (flow > 0.002) edges.push([layer, j, i, flow]);
      }
    shares.unshift(below);
  }
  const scale = row === null ? Math.min(1, 4 / count) : 1;
  pen.text("input", left, 14, { align: "right", fill: theme.muted, size: 12, sans: true });
  pen.text(`after layer ${layers.length}`, right, 14, { fill: theme.muted, size: 12, sans: true });
  const skip = Math.ceil(layers.length / 12);
  layers.forEach((_, layer) => {
    if (layer && layer % skip === 0) pen.text(String(layer), x(layer), 14, { align: "center", fill: theme.muted, size: 11, sans: true });
  });
  for (const [layer, from, to, flow] of edges.sort((a, b) => a[3] - b[3]).slice(-LINE_LIMIT)) {
    const strength = Math.min(1, flow / scale);
    pen.curve(x(layer), y(from), x(layer + 1), y(to), column === from && layer === 0 ? theme.mark : theme.accent,
      0.4 + step * 0.55 * strength, 0.12 + 0.7 * Math.sqrt(strength));
  }
  const most = shares[0].reduce((a, b) => Math.max(a, b), 0);
  data.keys.forEach((token, i) => {
    const back = stepOf(shares[0][i], most, state.root), font = { size: box.size, bold: i === column };
    pen.rect(left - box.label - 6, y(i) - step / 2 + 1, box.label + 10, step - 2, theme.css[back]);
    pen.text(fitted(token.text, box.label, font), left, y(i), { align: "right", fill: inkOn(back, theme), ...font });
    pen.text(fitted(token.text, box.label, { size: box.size, bold: i === row }), right, y(i), { fill: i === row ? theme.accent : theme.ink, size: box.size, bold: i === row });
  });
  drawLegend(pen, 8, box.bottom + 18, most, theme, state.root);
}

// Words that come out are on the right, those that went in on the left.
function flowAt(box, data, x, y) {
  const at = Math.floor((y - box.top) / box.step);
  if (at < 0 || at >= data.keys.length) return null;
  return x > box.width / 2 ? { row: at, column: null } : { row: null, column: at };
}
