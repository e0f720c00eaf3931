// The token or cell in focus: pointed at, locked by a click, or walked to with the arrow keys.

const NOWHERE = { row: null, column: null };
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function focusOf(view) {
  return view.hovered ?? view.locked ?? NOWHERE;
}

// The matrix that the focus is in; a comparison has several parts.
function matrixAtFocus(view) {
  return view.box.parts?.[focusOf(view).part ?? 0].matrix ?? view.matrix;
}

function listenForFocus(view) {
  const surface = view.$("focus"), strips = view.$("strips");
  const at = event => {
    const frame = surface.getBoundingClientRect();
    return DRAWINGS[view.state.view].at(view, event.clientX - frame.left, event.clientY - frame.top);
  };
  surface.addEventListener("pointermove", event => hover(view, at(event)));
  surface.addEventListener("pointerleave", () => hover(view, null));
  surface.addEventListener("click", event => lock(view, at(event)));
  strips.addEventListener("pointermove", event => hover(view, placeOf(event.target)));
  strips.addEventListener("pointerleave", () => hover(view, null));
  strips.addEventListener("click", event => lock(view, placeOf(event.target)));
  surface.addEventListener("keydown", event => {
    if (event.key === "Escape") return lock(view, null);
    if (!ARROWS[event.key]) return;
    event.preventDefault();
    const [down, right] = ARROWS[event.key], { row, column, part } = focusOf(view), { rows, columns } = matrixAtFocus(view);
    const bound = (value, count) => Math.max(0, Math.min(count - 1, value));
    view.hovered = null;
    lock(view, { row: bound((row ?? 0) + down, rows.length), column: bound((column ?? 0) + right, columns.length), part }, true);
  });
}

function hover(view, place) {
  if (JSON.stringify(place) === JSON.stringify(view.hovered)) return;
  view.hovered = place;
  requestAnimationFrame(() => redrawFocus(view));
}

// A click on what is locked lets it go.
function lock(view, place, keep = false) {
  view.locked = !keep && JSON.stringify(place) === JSON.stringify(view.locked) ? null : place;
  if (view.locked === null) view.hovered = null;
  fillActs(view);
  redrawFocus(view);
}

// The token that a word of the strips stands for.
function placeOf({ dataset: { at, side, part } }) {
  if (at === undefined) return null;
  const place = side === "column" ? { row: null, column: Number(at) } : { row: Number(at), column: null };
  return part === "" ? place : { ...place, part: Number(part) };
}

// The tokens that are locked, by which they are found again when other rows and columns are shown.
function lockedTokens({ locked, matrix, compared }) {
  if (!locked || !matrix) return locked;
  const { row, column } = compared ? placeOn(compared, locked, 0) : locked;
  return { row: matrix.rows[row]?.members[0], column: matrix.columns[column]?.members[0] };
}

// Where these tokens are now; undefined where they are no more.
function placeOfTokens({ rows, columns }, tokens) {
  if (!tokens) return tokens;
  const find = (groups, token) => { const at = groups.findIndex(({ members }) => members.includes(token)); return at < 0 ? null : at; };
  const place = { row: find(rows, tokens.row), column: find(columns, tokens.column) };
  return place.row === null && place.column === null ? undefined : place;
}

// Where to begin: the cell where much weight goes far, which is seldom a matter of grammar alone.
function farthestLook({ data, matrix }) {
  let best = null, most = 0;
  const common = (tokens, { members }) => !members.some(i => isSpecial(tokens, i, data));
  const columns = [...matrix.columns.keys()].filter(c => common(data.keys, matrix.columns[c]));
  matrix.rows.forEach((from, r) => {
    if (!common(data.queries, from)) return;
    for (const c of columns) {
      const reach = valueAt(matrix, r, c) * Math.abs(from.members[0] - matrix.columns[c].members[0]);
      if (reach > most) [most, best] = [reach, { row: r, column: c }];
    }
  });
  return best;
}
