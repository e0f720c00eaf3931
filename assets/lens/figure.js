// The pictures: ranks over layers, and the grid for a saved figure, drawn with any pen.
const LENS_LEFT = 64, LENS_TOP = 26, LENS_BOTTOM = 34, LENS_RIGHT = 96;

// The ranks of the followed tokens of a position over the layers; the first of them stands out.
function paintRanks(pen, data, position, { width, height, theme, row = -1 }) {
  const lines = data.followed(0, position).map((_, which) => ranksOf(data, position, which));
  const worst = Math.max(10, ...lines.flat()), small = { size: 11, sans: true, fill: theme.muted };
  const across = (width - LENS_LEFT - LENS_RIGHT) / Math.max(1, data.rows - 1), down = height - LENS_BOTTOM - LENS_TOP;
  const x = (at) => LENS_LEFT + at * across, y = (rank) => LENS_TOP + (Math.log10(rank) / Math.log10(worst)) * down;
  for (let rank = 1; rank <= worst; rank *= 10) {
    pen.rect(LENS_LEFT, y(rank), width - LENS_LEFT - LENS_RIGHT, 1, theme.faint, 0.6);
    pen.text(countOf(rank), LENS_LEFT - 8, y(rank), { align: "right", ...small });
  }
  const every = Math.ceil(data.rows / Math.max(2, Math.floor((width - LENS_LEFT - LENS_RIGHT) / 44)));
  for (let at = 0; at < data.rows; at += every) pen.text(layerName(data, at), x(at), height - LENS_BOTTOM + 14, { align: "center", ...small });
  pen.text(say("layer"), width - LENS_RIGHT + 12, height - LENS_BOTTOM + 14, small);
  pen.text(say("rank"), LENS_LEFT - 8, 8, { align: "right", ...small });
  if (row >= 0) pen.rect(x(row) - 0.5, LENS_TOP, 1, down, theme.mark);
  const labels = [];
  for (let which = lines.length - 1; which >= 0; which--) {
    const first = which === 0, colour = first ? theme.accent : theme.muted;
    for (let at = 1; at < data.rows; at++) pen.curve(x(at - 1), y(lines[which][at - 1]), x(at), y(lines[which][at]), colour, first ? 2.5 : 1, first ? 1 : 0.5);
    labels.push([which, y(lines[which].at(-1)), colour]);
  }
  // One below the other, where the lines end close together.
  let free = 0;
  for (const [which, at, colour] of labels.sort((a, b) => a[1] - b[1])) {
    const place = Math.max(at, free);
    free = place + 14;
    pen.text(fitted(shownToken(data.followed(0, position)[which].text), LENS_RIGHT - 12, { size: 11 }), width - LENS_RIGHT + 8, place, { size: 11, fill: colour, bold: which === 0 });
  }
}

// The grid, the last layer on top.
function paintGrid(pen, data, { theme, cell, line, left }) {
  const small = { size: 11, fill: theme.muted };
  data.read.forEach((text, position) => pen.text(fitted(shownToken(text), cell - 4, small), left + position * cell + 3, line / 2, small));
  for (let row = 0; row < data.rows; row++) {
    const top = (data.rows - row) * line;
    pen.text(layerName(data, row), left - 8, top + line / 2, { align: "right", ...small, sans: true });
    for (let position = 0; position < data.positions; position++) {
      const [best] = data.top(row, position), rgb = lensColour(theme, best.probability);
      pen.rect(left + position * cell, top, cell - 1, line - 1, cssOf(rgb));
      pen.text(fitted(shownToken(best.text), cell - 6, { size: 11 }), left + position * cell + 3, top + line / 2, { size: 11, fill: inkOn(rgb) });
    }
  }
}

const lensColour = (theme, probability) => theme.ramp[Math.round(255 * Math.min(1, probability))];

// Both under a title, on paper of their own.
function lensFigure(data, position, theme) {
  const cell = 72, line = 18, left = 60, margin = 16, plot = 240;
  const width = Math.max(640, left + data.positions * cell) + 2 * margin, grid = (data.rows + 1) * line;
  return {
    width, height: grid + plot + 2 * margin + 60,
    paint(pen) {
      pen.rect(0, 0, width, this.height, theme.paper);
      pen.text(`${data.model} · ${say("Logit lens")}`, margin, margin + 6, { size: 13, sans: true, fill: theme.ink });
      paintGrid(shifted(pen, margin, margin + 24), data, { theme, cell, line, left });
      pen.text(fitted(appearance(data, position), width - 2 * margin, { size: 12, sans: true }), margin, margin + grid + 42, { size: 12, sans: true, fill: theme.ink });
      paintRanks(shifted(pen, margin, margin + grid + 56), data, position, { width: Math.min(width - 2 * margin, 760), height: plot, theme });
    },
  };
}
