// The lines: tokens that look on the left, tokens that are looked at on the right, thicker where more weight goes.

const LINE_LIMIT = 3000;

function linesBox(matrix, width) {
  const count = Math.max(matrix.rows.length, matrix.columns.length);
  const across = Math.min(width, 760), label = Math.min(across * 0.32, 180);
  const step = count > 150 ? 14 : 22, top = 30;
  const bottom = top + count * step;
  return { width: across, height: bottom + LEGEND_HEIGHT, left: label, right: across - label, top, step, bottom, label: label - 12, size: step > 14 ? 14 : 11 };
}

function drawLines(pen, matrix, box, theme, state, focus) {
  const { left, right, top, step } = box;
  const columns = matrix.columns.length, y = i => top + (i + 0.5) * step;
  const { row, column } = focus;
  const alone = row !== null || column !== null;
  const weight = (r, c) => matrix.values[r * columns + c];
  const share = value => (matrix.max > 0 ? (state.root ? Math.sqrt(value / matrix.max) : value / matrix.max) : 0);
  pen.text("from", left, 14, { align: "right", fill: theme.muted, size: 12, sans: true });
  pen.text("to", right, 14, { fill: theme.muted, size: 12, sans: true });
  if (row !== null) matrix.columns.forEach((_, c) => {
    if (!unreachable(matrix, row, c)) pen.rect(right - 5, y(c) - step / 2 + 1, box.label + 14, step - 2, theme.css[stepOf(weight(row, c), matrix.max, state.root)]);
  });
  if (column !== null && row === null) matrix.rows.forEach((_, r) => {
    if (!unreachable(matrix, r, column)) pen.rect(left - box.label - 9, y(r) - step / 2 + 1, box.label + 14, step - 2, theme.css[stepOf(weight(r, column), matrix.max, state.root)]);
  });
  for (const i of strongest(matrix, focus)) {
    const r = Math.floor(i / columns), c = i % columns, strength = share(matrix.values[i]);
    pen.curve(left + 6, y(r), right - 6, y(c), theme.accent, 0.5 + 3.5 * strength, Math.min(1, (alone ? 0.12 : 0.03) + 0.88 * strength));
  }
  const ink = (value, from) => (alone && from && value !== null ? inkOn(stepOf(value, matrix.max, state.root), theme) : theme.ink);
  matrix.rows.forEach((token, r) => {
    const font = { size: box.size, bold: r === row };
    const fill = r === row ? theme.accent : ink(column !== null && row === null && !unreachable(matrix, r, column) ? weight(r, column) : null, true);
    pen.text(fitted(token.text, box.label, font), left, y(r), { align: "right", fill, ...font });
  });
  matrix.columns.forEach((token, c) => {
    const font = { size: box.size, bold: c === column };
    const fill = c === column && row === null ? theme.accent : ink(row !== null && !unreachable(matrix, row, c) ? weight(row, c) : null, true);
    pen.text(fitted(token.text, box.label, font), right, y(c), { fill, ...font });
  });
  drawLegend(pen, 8, box.bottom + 18, matrix.max, theme, state.root);
}

// The cells to draw as lines: those of the focus, or the heaviest of all, faint ones first so that strong ones lie on top.
function strongest(matrix, { row, column }) {
  const columns = matrix.columns.length;
  let cells = [...matrix.values.keys()];
  if (row !== null) cells = cells.slice(row * columns, (row + 1) * columns);
  else if (column !== null) cells = cells.filter(i => i % columns === column);
  const floor = matrix.max * 0.01;
  cells = cells.filter(i => matrix.values[i] > floor).sort((a, b) => matrix.values[a] - matrix.values[b]);
  return cells.slice(-LINE_LIMIT);
}

function linesAt(box, matrix, x, y) {
  const at = Math.floor((y - box.top) / box.step);
  if (x < box.width / 2) return at >= 0 && at < matrix.rows.length ? { row: at, column: null } : null;
  return at >= 0 && at < matrix.columns.length ? { row: null, column: at } : null;
}

// Ink that can be read on a step of the ramp.
function inkOn(step, theme) {
  return theme.dark ? (step > 120 ? "#0c0a09" : "#f5f5f4") : step > 125 ? "#ffffff" : "#1c1917";
}
