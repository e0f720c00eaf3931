// The lines: tokens that look on the left, tokens that are looked at on the right, thicker where more weight goes.

const LINES = {
  title: say("Lines"),
  follows: true,  // The whole picture depends on the focus.
  box: ({ matrix }, width) => listsBox(Math.max(matrix.rows.length, matrix.columns.length), Math.min(width, 760), 30),
  draw: (pen, { matrix, box, theme, scale, state }, focus) => drawLines(pen, matrix, box, theme, scale, state, focus),
  at: ({ matrix, box }, x, y) => linesAt(box, matrix, x, y),
};

function drawLines(pen, matrix, box, theme, scale, state, { row, column }) {
  const { left, right, top, step } = box, columns = matrix.columns.length, y = i => top + (i + 0.5) * step;
  const alone = row !== null || column !== null, { cells, all } = strongest(matrix, row, column);
  const share = weight => (matrix.max > 0 ? (state.root ? Math.sqrt(weight / matrix.max) : weight / matrix.max) : 0);
  pen.text(say("from"), left, 14, { align: "right", fill: theme.muted, size: 12, sans: true });
  pen.text(say("to"), right, 14, { fill: theme.muted, size: 12, sans: true });
  for (const i of cells) {
    const strength = share(matrix.values[i]);
    pen.curve(left + 6, y(Math.floor(i / columns)), right - 6, y(i % columns), theme.accent,
      0.5 + 3.5 * strength, Math.min(1, (alone ? 0.12 : 0.03) + 0.88 * strength));
  }
  const reached = (r, c) => (unreachable(matrix, r, c) ? null : matrix.values[r * columns + c]);
  const to = row === null ? null : matrix.columns.map((_, c) => reached(row, c));
  const from = row !== null || column === null ? null : matrix.rows.map((_, r) => reached(r, column));
  drawList(pen, matrix.rows, box, true, theme, { scale, weights: from, at: row });
  drawList(pen, matrix.columns, box, false, theme, { scale, weights: to, at: column });
  drawLegend(pen, 8, box.bottom + 18, scale, theme);
  if (cells.length < all) sayDrawn(pen, box, theme, cells.length, all);
}

// The cells to draw as lines, faint ones first so that strong ones lie on top: those of the focus, or the heaviest of all.
function strongest({ values, rows, columns, max }, row, column) {
  const width = columns.length, floor = max * 0.01, cells = [];
  const [start, end, by] = row !== null ? [row * width, (row + 1) * width, 1] : column !== null ? [column, values.length, width] : [0, values.length, 1];
  for (let i = start; i < end; i += by) if (values[i] > floor) cells.push(i);
  return { cells: heaviestLast(cells, i => values[i], LINE_LIMIT), all: cells.length };
}

function linesAt(box, matrix, x, y) {
  if (x < box.width / 2) {
    const row = listAt(box, matrix.rows.length, y);
    return row === null ? null : { row, column: null };
  }
  const column = listAt(box, matrix.columns.length, y);
  return column === null ? null : { row: null, column };
}
