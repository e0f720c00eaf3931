// The matrix: each row a token that looks, each column a token that is looked at.

const MATRIX = {
  title: say("Matrix"),
  box: ({ matrix }, width) => matrixBox(matrix, width),
  draw: (pen, { matrix, box, theme, scale }) => drawMatrix(pen, matrix, box, theme, scale),
  mark: (pen, { matrix, box, theme }, focus) => markMatrix(pen, matrix, box, theme, focus),
  at: ({ box }, x, y) => matrixAt(box, x, y),
};

function matrixBox(matrix, width, like = { cell: 34, slanted: true }) {
  const phone = width < 560;
  const rows = matrix.rows.length, columns = matrix.columns.length;
  const widest = tokens => Math.max(24, ...tokens.slice(0, 600).map(token => widthOf(token.text, { size: 13 })));
  const left = Math.max(48, Math.ceil(Math.min(widest(matrix.rows), phone ? 78 : 150)) + 10);
  const label = Math.min(widest(matrix.columns), phone ? 84 : 130);
  const room = width - left - 4;
  const slanted = like.slanted && room / columns >= 15.5;
  const overhang = slanted ? label * Math.cos(Math.PI / 3) - 6 : 0;
  const cell = Math.max(2, Math.min(like.cell, Math.floor(((room - Math.max(0, overhang)) / columns) * 2) / 2));
  const top = Math.ceil(slanted ? label * Math.sin(Math.PI / 3) : label) + 14;
  const bottom = Math.ceil(top + cell * rows);
  return {
    left, top, cell, rows, columns, slanted, label, bottom,
    width: Math.max(left + cell * columns + Math.max(0, overhang) + 4, Math.min(width, left + 220)),
    height: bottom + LEGEND_HEIGHT,
    labelSize: Math.max(9, Math.min(13, cell)),
    every: Math.max(1, Math.ceil(10 / cell)),
  };
}

function drawMatrix(pen, matrix, box, theme, scale) {
  const { left, top, cell, rows, columns } = box;
  pen.cells(left, top, cell, columns, rows, (r, c) =>
    unreachable(matrix, r, c) ? null : scale.rgb(matrix.values[r * columns + c]));
  matrix.rows.forEach((token, r) => { if (r % box.every === 0) rowLabel(pen, matrix, box, r, theme.ink, false); });
  matrix.columns.forEach((token, c) => { if (c % box.every === 0) columnLabel(pen, matrix, box, c, theme.ink, false); });
  pen.text(say("to →"), left - 7, top - 24, { align: "right", fill: theme.muted, size: 11, sans: true });
  pen.text(say("from ↓"), left - 7, top - 9, { align: "right", fill: theme.muted, size: 11, sans: true });
  drawLegend(pen, left, box.bottom + 18, scale, theme, Math.min(180, box.width - left - 130));
}

// A causal model's later tokens: there is nothing to see, which is not the same as a weight of 0.
function unreachable(matrix, r, c) {
  return matrix.causal && matrix.columns[c].members[0] > matrix.rows[r].members.at(-1);
}

function rowLabel(pen, matrix, box, r, fill, bold) {
  const font = { size: box.labelSize, bold };
  pen.text(fitted(matrix.rows[r].text, box.left - 10, font), box.left - 7, box.top + (r + 0.5) * box.cell, { align: "right", fill, ...font });
}

function columnLabel(pen, matrix, box, c, fill, bold) {
  const font = { size: box.labelSize, bold };
  pen.text(fitted(matrix.columns[c].text, box.label, font), box.left + (c + 0.5) * box.cell, box.top - 6,
    { align: "left", fill, turn: box.slanted ? -60 : -90, ...font });
}

// What is pointed at: the row and column stand out, the cell is framed.
function markMatrix(pen, matrix, box, theme, focus) {
  const { left, top, cell, rows, columns } = box;
  const mark = (paint, at) => paint(pen, matrix, box, at, theme.accent, true);
  const blank = (x, y, w, h) => pen.rect(x, y, w, h, theme.paper, 0.86);
  const { row, column } = focus;
  if (row !== null) {
    if (box.every > 1) blank(0, top + (row + 0.5) * cell - 8, left - 3, 16);
    mark(rowLabel, row);
    pen.frame(left - 0.5, top + row * cell - 0.5, columns * cell, cell, theme.accent, 1);
  }
  if (column !== null) {
    mark(columnLabel, column);
    pen.frame(left + column * cell - 0.5, top - 0.5, cell, rows * cell, theme.accent, 1);
  }
  if (row !== null && column !== null)
    pen.frame(left + column * cell - 1.5, top + row * cell - 1.5, cell + 2, cell + 2, theme.mark, 2.5);
}

function matrixAt(box, x, y) {
  const column = Math.floor((x - box.left) / box.cell), row = Math.floor((y - box.top) / box.cell);
  const inRows = row >= 0 && row < box.rows, inColumns = column >= 0 && column < box.columns;
  if (!inRows && !inColumns) return null;
  if (inRows && x < box.left) return { row, column: null };
  if (inColumns && y < box.top) return { row: null, column };
  return inRows && inColumns ? { row, column } : null;
}
