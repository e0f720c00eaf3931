// All heads: a thumbnail each, layers down, heads across, and what the heads with a plain habit do.

const CHIP_LIMIT = 12;

function thumbnail(data, layer, head, theme) {
  const { rows, columns, data: bytes } = data.thumbnails;
  const start = (layer * data.heads + head) * rows * columns;
  return pixels(columns, rows, (r, c) =>
    data.kind === "causal" && data.queries.length === rows && c > r ? null : theme.ramp[bytes[start + r * columns + c]]);
}

function fillHeads(grid, data, state, theme, open) {
  grid.replaceChildren();
  grid.style.gridTemplateColumns = `34px repeat(${data.heads}, minmax(0, ${data.layers > 12 ? 46 : 84}px))`;
  const shared = data.heads / data.kvHeads;
  const axis = (words, span) => {
    const cell = element("div", "av-axis", words);
    if (span) cell.style.gridColumn = "span " + span;
    grid.append(cell);
    return cell;
  };
  axis("");
  for (let head = 0; head < data.heads; head++) axis(String(head + 1));
  if (shared > 1) {
    axis("");
    for (let group = 0; group < data.kvHeads; group++) axis(`keys ${group + 1}`, shared).style.borderTop = "1px solid var(--av-muted)";
  }
  for (let layer = 0; layer < data.layers; layer++) {
    axis(String(layer + 1));
    for (let head = 0; head < data.heads; head++) {
      const button = element("button");
      button.type = "button";
      button.ariaLabel = `Layer ${layer + 1}, head ${head + 1}` + (nameOf(data, layer, head) ? ": " + nameOf(data, layer, head) : "");
      button.title = describeHead(data, layer, head);
      if (layer === state.layer && head === state.head) button.setAttribute("aria-current", "true");
      button.append(thumbnail(data, layer, head, theme));
      button.addEventListener("click", () => open(layer, head));
      grid.append(button);
    }
  }
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

function describeHead(data, layer, head) {
  const where = `Layer ${layer + 1} of ${data.layers}`;
  if (head === MEAN) return `${where}, the mean of its ${data.heads} heads`;
  if (head === MAX) return `${where}, the largest weight of its ${data.heads} heads`;
  if (head === ROLLOUT) return `Attention rollout: what flows from each word through layers 1 to ${layer + 1} (Abnar and Zuidema 2020)`;
  const facts = [`${where}, head ${head + 1} of ${data.heads}`];
  if (nameOf(data, layer, head)) facts.push(`mostly looks at the ${habitOf(nameOf(data, layer, head))}`);
  facts.push(`spread ${data.entropy[layer][head]} bits`);
  if (data.distance.length) facts.push(`${data.distance[layer][head]} tokens away on average`);
  const shared = data.heads / data.kvHeads;
  if (shared > 1) facts.push(`shares its keys and values with ${shared - 1} other heads (grouped-query attention)`);
  return facts.join(" · ");
}

function habitOf(name) {
  return name === "separator" ? "special tokens" : name;
}

function nameOf(data, layer, head) {
  return data.names[layer]?.[head] ?? "";
}

function headsBox(data) {
  const size = Math.min(data.layers > 12 ? 46 : 84, Math.floor(960 / data.heads)), left = 34, top = 24;
  return { size, left, top, width: left + size * data.heads, height: top + size * data.layers + LEGEND_HEIGHT };
}

function drawHeads(pen, data, box, theme) {
  const { size, left, top } = box, inner = size - 4;
  const label = (words, x, y) => pen.text(words, x, y, { align: "center", fill: theme.muted, size: 11, sans: true });
  for (let head = 0; head < data.heads; head++) label(String(head + 1), left + (head + 0.5) * size, 10);
  for (let layer = 0; layer < data.layers; layer++) {
    label(String(layer + 1), 14, top + (layer + 0.5) * size);
    for (let head = 0; head < data.heads; head++) {
      pen.picture(left + head * size, top + layer * size, inner, inner, thumbnail(data, layer, head, theme));
    }
  }
  drawLegend(pen, left, box.height - LEGEND_HEIGHT + 14, 1, theme, true);
}
