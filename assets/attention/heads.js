// All heads: a thumbnail each, layers down, heads across, and what the heads with a plain habit do.

const HEADS = {
  title: "All heads",
  name: () => "all heads, layers down",
  box: ({ data }) => headsBox(data),
  draw: (pen, { data, box, theme }) => drawHeads(pen, data, box, theme),
};
const CHIP_LIMIT = 12, GROUP_GAP = 14;

// How many heads share one set of keys and values: 1 unless the model has grouped-query attention.
function sharedBy(data) {
  return data.heads / data.kvHeads;
}

function thumbnail(data, layer, head, theme) {
  const { rows, columns, data: bytes } = data.thumbnails;
  const start = (layer * data.heads + head) * rows * columns;
  return pixels(columns, rows, (r, c) =>
    data.kind === "causal" && data.queries.length === rows && c > r ? null : theme.ramp[bytes[start + r * columns + c]]);
}

function fillHeads(grid, data, state, theme, open) {
  grid.replaceChildren();
  const shared = sharedBy(data), size = data.layers > 12 ? 46 : 84;
  const group = `repeat(${shared}, minmax(0, ${size}px))`;
  grid.style.gridTemplateColumns = `34px ${shared === 1 ? `repeat(${data.heads}, minmax(0, ${size}px))` : Array(data.kvHeads).fill(group).join(` ${GROUP_GAP - 8}px `)}`;
  const place = (made, row, head, span = 1) => {
    made.style.gridArea = `${row} / ${2 + head + (shared === 1 ? 0 : Math.floor(head / shared))} / auto / span ${span}`;
    grid.append(made);
  };
  const axis = (words, row, head, span) => place(element("div", span ? "av-axis av-group" : "av-axis", words), row, head, span);
  for (let head = 0; head < data.heads; head++) axis(String(head + 1), 2, head);
  if (shared > 1) for (let head = 0; head < data.heads; head += shared) axis(`keys ${head / shared + 1}`, 1, head, shared);
  for (let layer = 0; layer < data.layers; layer++) {
    const name = element("div", "av-axis", String(layer + 1));
    name.style.gridArea = `${layer + 3} / 1`;
    grid.append(name);
    for (let head = 0; head < data.heads; head++) {
      const button = element("button");
      button.type = "button";
      button.ariaLabel = `Layer ${layer + 1}, head ${head + 1}` + (nameOf(data, layer, head) ? ": " + nameOf(data, layer, head) : "");
      button.title = describeHead(data, layer, head);
      if (layer === state.layer && head === state.head) button.setAttribute("aria-current", "true");
      button.append(thumbnail(data, layer, head, theme));
      button.addEventListener("click", () => open(layer, head));
      place(button, layer + 3, head);
    }
  }
  const legend = element("canvas", "av-legend");
  const width = Math.min(350, grid.clientWidth - 40);
  drawLegend(penOn(legend, { width, height: 32 }), 4, 6, headsScale(theme), theme, width - 220);
  legend.style.gridArea = `${data.layers + 3} / 2 / auto / -1`;
  grid.append(legend);
}

// Each head is as bright as it can be: the scale ends at its own largest weight.
function headsScale(theme) {
  return { ...weightScale(1, theme, true), title: "share of each head’s largest weight" };
}

// For each habit, the heads that have it, as buttons.
function fillChips(place, data, open) {
  const habits = new Map();
  data.names.forEach((names, layer) => names.forEach((name, head) => {
    if (name) habits.set(name, [...(habits.get(name) ?? []), [layer, head]]);
  }));
  const rare = [...habits].sort((a, b) => a[1].length - b[1].length);
  place.replaceChildren(...rare.map(([name, heads]) => {
    const line = element("span", "", `Look at the ${habitOf(name)}: `);
    for (const [layer, head] of heads.slice(0, CHIP_LIMIT)) {
      const button = element("button", "", `${layer + 1}.${head + 1}`);
      button.type = "button";
      button.ariaLabel = `Layer ${layer + 1}, head ${head + 1}, ${name}`;
      button.addEventListener("click", () => open(layer, head));
      line.append(button, " ");
    }
    if (heads.length > CHIP_LIMIT) line.append(`and ${heads.length - CHIP_LIMIT} more`);
    return line;
  }));
}

// The shortest name of a layer and head, or of what combines heads.
function headName(layer, head) {
  if (head === ROLLOUT) return `rollout to layer ${layer + 1}`;
  return `layer ${layer + 1}, ` + (head === MEAN ? "mean" : head === MAX ? "largest" : `head ${head + 1}`);
}

function describeHead(data, layer, head) {
  const where = `Layer ${layer + 1} of ${data.layers}`;
  if (head === MEAN) return `${where}, the mean of its ${data.heads} heads`;
  if (head === MAX) return `${where}, the largest weight of its ${data.heads} heads`;
  if (head === ROLLOUT) return `Attention rollout: what flows from each word through layers 1 to ${layer + 1} (Abnar and Zuidema 2020)`;
  const facts = [`${where}, head ${head + 1} of ${data.heads}`];
  if (nameOf(data, layer, head)) facts.push(`mostly looks at the ${habitOf(nameOf(data, layer, head))}`);
  facts.push(`spread ${data.entropy[layer][head]} bits`);
  if (data.distance.length) facts.push(`${data.distance[layer][head]} tokens away on average`);
  const shared = sharedBy(data), start = Math.floor(head / shared) * shared;
  if (shared > 1) facts.push(`heads ${start + 1} to ${start + shared} share their keys and values (grouped-query attention)`);
  return facts.join(" · ");
}

function habitOf(name) {
  return name === "separator" ? "special tokens" : name;
}

function nameOf(data, layer, head) {
  return data.names[layer]?.[head] ?? "";
}

function headsBox(data) {
  const shared = sharedBy(data), gaps = shared === 1 ? 0 : (data.kvHeads - 1) * GROUP_GAP;
  const size = Math.min(data.layers > 12 ? 46 : 84, Math.floor((960 - gaps) / data.heads)), left = 34, top = shared === 1 ? 24 : 48;
  return { size, left, top, width: left + size * data.heads + gaps, height: top + size * data.layers + LEGEND_HEIGHT };
}

function drawHeads(pen, data, box, theme) {
  const { size, left, top } = box, inner = size - 4, shared = sharedBy(data);
  const x = head => left + head * size + (shared === 1 ? 0 : Math.floor(head / shared) * GROUP_GAP);
  const label = (words, x, y) => pen.text(words, x, y, { align: "center", fill: theme.muted, size: 11, sans: true });
  for (let head = 0; shared > 1 && head < data.heads; head += shared) {
    label(`keys ${head / shared + 1}`, x(head) + (shared * size - 4) / 2, 8);
    pen.rect(x(head), 20, shared * size - 4, 1, theme.muted);
  }
  for (let head = 0; head < data.heads; head++) label(String(head + 1), x(head) + inner / 2, top - 14);
  for (let layer = 0; layer < data.layers; layer++) {
    label(String(layer + 1), 14, top + layer * size + inner / 2);
    for (let head = 0; head < data.heads; head++) pen.picture(x(head), top + layer * size, inner, inner, thumbnail(data, layer, head, theme));
  }
  drawLegend(pen, left, box.height - LEGEND_HEIGHT + 14, headsScale(theme), theme);
}
