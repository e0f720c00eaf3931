// All heads: a thumbnail each, layers down, heads across, and what the heads with a plain habit do.

const HEADS = {
  title: say("All heads"),
  wide: true,
  name: ({ box }) => (box.lying ? say("all heads, layers across") : say("all heads, layers down")),
  box: ({ data }, width) => headsBox(data, width),
  dom: true,
  draw: (pen, { data, box, theme }) =>
    drawHeads(pen, data, box, theme, headsScale(theme), (x, y, layer, head) => pen.picture(x, y, box.size - 4, box.size - 4, thumbnail(data, layer, head, theme))),
};
const CHIP_LIMIT = 12, GROUP_GAP = 14, LEGEND_WORDS = 190;
// What a head's name, from names() in models/explain/attention_math.py, says that it looks at.
const HABITS = {
  "next token": say("next token"), "previous token": say("previous token"), "same word": say("same word"),
  separator: say("special tokens"), "first token": say("first token"),
};

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

function fillHeads(grid, view, open) {
  const { data, state, theme, box: { lying } } = view;
  layHeads(grid, view, (layer, head) => {
    const button = element("button");
    button.type = "button";
    button.ariaLabel = placeName(layer, head) + (nameOf(data, layer, head) ? ": " + HABITS[nameOf(data, layer, head)] : "");
    button.title = describeHead(data, layer, head);
    if (layer === state.layer && head === state.head) button.setAttribute("aria-current", "true");
    button.append(thumbnail(data, layer, head, theme));
    button.addEventListener("click", () => open(layer, head));
    return button;
  }, layer => element("div", "av-axis", String(layer + 1)));
  const legend = element("canvas", "av-legend");
  const width = Math.min(350, grid.clientWidth - 40);
  drawLegend(penOn(legend, { width, height: 32 }), 4, 6, headsScale(theme), theme, width - LEGEND_WORDS);
  legend.style.gridArea = lying ? `${2 + data.heads + (sharedBy(data) === 1 ? 0 : data.kvHeads)} / 3 / auto / -1` : `${data.layers + 3} / 2 / auto / -1`;
  grid.append(legend);
}

// The grid's tracks along a layer are its number and the heads; along a head the group's name, its number and the layers.
// `make(layer, head)` gives a cell, `name(layer)` what stands before those of a layer.
function layHeads(grid, { data, box: { lying } }, make, name) {
  grid.replaceChildren();
  grid.classList.toggle("av-lying", lying);
  const shared = sharedBy(data), size = data.layers > 12 ? 46 : 84, wide = `minmax(0, ${size}px)`;
  const heads = each => Array(data.kvHeads).fill(`repeat(${shared}, ${each})`).join(shared === 1 ? " " : ` ${GROUP_GAP - 8}px `);
  grid.style.gridTemplateColumns = lying ? `${shared === 1 ? 0 : 46}px 24px repeat(${data.layers}, ${wide})` : `34px ${heads(wide)}`;
  grid.style.gridTemplateRows = lying ? `auto ${heads("auto")}` : "";
  const trackOf = head => 2 + head + (shared === 1 ? 0 : Math.floor(head / shared));
  const place = (made, head, layer, span = 1) => {
    made.style.gridArea = lying ? `${head} / ${layer} / span ${span} / auto` : `${layer} / ${head} / auto / span ${span}`;
    grid.append(made);
  };
  const axis = (words, head, layer, span) => place(element("div", span ? "av-axis av-group" : "av-axis", words), head, layer, span);
  for (let head = 0; head < data.heads; head++) axis(String(head + 1), trackOf(head), 2);
  if (shared > 1) for (let head = 0; head < data.heads; head += shared) axis(say("keys {n}", { n: head / shared + 1 }), trackOf(head), 1, shared);
  for (let layer = 0; layer < data.layers; layer++) {
    place(name(layer), 1, layer + 3);
    for (let head = 0; head < data.heads; head++) place(make(layer, head), trackOf(head), layer + 3);
  }
}

// Each head is as bright as it can be: the scale ends at its own largest weight.
function headsScale(theme) {
  return { ...weightScale(1, theme, true), title: say("of each head’s largest weight") };
}

// For each habit, the heads that have it, as buttons.
function fillChips(place, data, open) {
  const habits = new Map();
  data.names.forEach((names, layer) => names.forEach((name, head) => {
    if (name) habits.set(name, [...(habits.get(name) ?? []), [layer, head]]);
  }));
  const rare = [...habits].sort((a, b) => a[1].length - b[1].length);
  place.replaceChildren(...rare.map(([name, heads]) => {
    const line = element("span", "", say("Look at the {habit}:", { habit: HABITS[name] }) + " ");
    for (const [layer, head] of heads.slice(0, CHIP_LIMIT)) {
      const button = element("button", "", `${layer + 1}.${head + 1}`);
      button.type = "button";
      button.ariaLabel = `${placeName(layer, head)}, ${HABITS[name]}`;
      button.addEventListener("click", () => open(layer, head));
      line.append(button, " ");
    }
    if (heads.length > CHIP_LIMIT) line.append(say("and {n} more", { n: heads.length - CHIP_LIMIT }));
    return line;
  }));
}

// The shortest name of a layer and head, or of what combines heads.
function headName(layer, head) {
  const place = { layer: layer + 1, head: head + 1 };
  if (head === ROLLOUT) return say("rollout to layer {layer}", place);
  return head === MEAN ? say("layer {layer}, mean", place) : head === MAX ? say("layer {layer}, largest", place) : say("layer {layer}, head {head}", place);
}

function describeHead(data, layer, head) {
  const place = { layer: layer + 1, layers: data.layers, head: head + 1, heads: data.heads };
  if (head === MEAN) return say("Layer {layer} of {layers}, the mean of its {heads} heads", place);
  if (head === MAX) return say("Layer {layer} of {layers}, the largest weight of its {heads} heads", place);
  if (head === ROLLOUT) return say("Attention rollout: what flows from each word through layers 1 to {layer} (Abnar and Zuidema 2020)", place);
  const facts = [say("Layer {layer} of {layers}, head {head} of {heads}", place)];
  if (nameOf(data, layer, head)) facts.push(say("mostly looks at the {habit}", { habit: HABITS[nameOf(data, layer, head)] }));
  facts.push(say("spread {bits} bits", { bits: data.entropy[layer][head] }));
  if (data.distance.length) facts.push(say("{n} tokens away on average", { n: data.distance[layer][head] }));
  const shared = sharedBy(data), start = Math.floor(head / shared) * shared;
  if (shared > 1) facts.push(say("heads {first} to {last} share their keys and values (grouped-query attention)", { first: start + 1, last: start + shared }));
  return facts.join(" · ");
}

function placeName(layer, head) {
  return say("Layer {layer}, head {head}", { layer: layer + 1, head: head + 1 });
}

function nameOf(data, layer, head) {
  return data.names[layer]?.[head] ?? "";
}

// Of many layers with few heads each, the layers go across where there is room: all fit on one screen.
function headsBox(data, width) {
  const shared = sharedBy(data), gaps = shared === 1 ? 0 : (data.kvHeads - 1) * GROUP_GAP, most = data.layers > 12 ? 46 : 84;
  const beside = shared === 1 ? 34 : 74, lying = data.layers > 2 * data.heads && width >= beside + 24 * data.layers;
  if (lying) {
    const size = Math.min(most, Math.floor((width - beside) / data.layers)), top = 24;
    return { lying, size, left: beside, top, width: beside + size * data.layers, height: top + size * data.heads + gaps + LEGEND_HEIGHT };
  }
  const size = Math.min(most, Math.floor((960 - gaps) / data.heads)), left = 34, top = shared === 1 ? 24 : 48;
  return { lying, size, left, top, width: left + size * data.heads + gaps, height: top + size * data.layers + LEGEND_HEIGHT };
}

// Each head as `cell(x, y, layer, head)` draws it.
function drawHeads(pen, data, box, theme, scale, cell) {
  const { size, left, top, lying } = box, inner = size - 4, shared = sharedBy(data), middle = inner / 2;
  const along = head => head * size + (shared === 1 ? 0 : Math.floor(head / shared) * GROUP_GAP);
  const at = (head, layer) => (lying ? [left + layer * size, top + along(head)] : [left + along(head), top + layer * size]);
  const label = (words, x, y) => pen.text(words, x, y, { align: "center", fill: theme.muted, size: 11, sans: true });
  for (let head = 0; shared > 1 && head < data.heads; head += shared) {
    const [x, y] = at(head, 0), long = shared * size - 4, words = say("keys {n}", { n: head / shared + 1 });
    if (lying) {
      label(words, 22, y + long / 2);
      pen.rect(46, y, 1, long, theme.muted);
    } else {
      label(words, x + long / 2, 8);
      pen.rect(x, 20, long, 1, theme.muted);
    }
  }
  for (let head = 0; head < data.heads; head++) {
    const [x, y] = at(head, 0);
    if (lying) label(String(head + 1), left - 14, y + middle);
    else label(String(head + 1), x + middle, top - 14);
  }
  for (let layer = 0; layer < data.layers; layer++) {
    const [x, y] = at(0, layer);
    if (lying) label(String(layer + 1), x + middle, top - 14);
    else label(String(layer + 1), 14, y + middle);
    for (let head = 0; head < data.heads; head++) cell(...at(head, layer), layer, head);
  }
  drawLegend(pen, left, box.height - LEGEND_HEIGHT + 14, scale, theme);
}
