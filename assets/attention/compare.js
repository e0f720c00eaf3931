// Two heads, or two texts, side by side, and how they differ.

const COMPARE = {
  title: say("Compare"),
  wide: true,
  name: ({ state }) => state.with === "text" ? say("{head}, two texts", { head: headName(state.layer, state.head) })
    : say("{one} and {other}", { one: headName(state.layer, state.head), other: headName(state.layerB, state.headB) }),
  box: (view, width) => compareBox(view, width),
  draw(pen, { box, theme }) {
    for (const { matrix, scale, title, titleAt, frame, right, down } of box.parts) {
      pen.text(title, right + frame.left, titleAt, { fill: theme.ink, size: 14, bold: true, sans: true });
      drawMatrix(shifted(pen, right, down + TITLE), matrix, frame, theme, scale);
    }
  },
  mark(pen, { box, theme, compared }, focus) {
    box.parts.forEach(({ matrix, frame, right, down }, part) =>
      markMatrix(shifted(pen, right, down + TITLE), matrix, frame, theme, placeOn(compared, focus, part)));
  },
  at({ box }, x, y) {
    const part = box.parts.findIndex(({ right, down, frame }) => x >= right && x < right + frame.width && y >= down && y < down + TITLE + frame.height);
    if (part < 0) return null;
    const { right, down, frame } = box.parts[part], place = matrixAt(frame, x - right, y - down - TITLE);
    return place && { ...place, part };
  },
};
const TITLE = 26, GAP = 30;

// What B is made by.
function chosenB({ state }) {
  return state.with === "text" ? state : { ...state, layer: state.layerB, head: state.headB };
}

// Both matrices and what they share, or null while one is missing; a missing one is requested.
function compared(view, exact = false) {
  const { data, state } = view, other = state.with === "text" ? otherOf(view) : data;
  if (!other) return null;
  const a = matrixOf(data, state, exact), { layer, head } = chosenB(view);
  if (!a) return void request(view, data, { exact });
  const b = matrixOf(other, chosenB(view), exact);
  if (!b) return void request(view, other, { layer, head, exact });
  return comparisonOf(a, b);
}

// The other text's data; it is asked for once the visitor has said which text.
function otherOf(view) {
  const { other, data, state: { another } } = view;
  if (!another || view.refused) return null;
  if (other?.model === data.model && other.measure === data.measure && other.text === another.text && other.pair === another.pair) return other;
  requestOther(view);
  return null;
}

function compareBox({ compared, state, theme }, width) {
  const { a, b, difference } = compared, weights = weightScale(Math.max(a.max, b.max), theme, state.root, state.measure);
  const named = state.with === "text" ? [say("this text"), say("the other text")] : [headName(state.layer, state.head), headName(state.layerB, state.headB)];
  const parts = [{ matrix: a, scale: weights, title: `A · ${named[0]}` }, { matrix: b, scale: weights, title: `B · ${named[1]}` }];
  if (difference) parts.push({ matrix: difference, scale: differenceScale(difference.max, theme, state.root), title: "A − B" });
  const each = (width - GAP * (parts.length - 1)) / parts.length, columns = Math.max(a.columns.length, b.columns.length);
  const stacked = each < 240 || (each - 90) / columns < 2;
  // All parts have cells of the same size, and labels at the same angle.
  const frames = like => parts.map(({ matrix }) => matrixBox(matrix, stacked ? width : each, like)), alone = frames();
  const like = { cell: Math.min(...alone.map(({ cell }) => cell)), slanted: alone.every(({ slanted }) => slanted) };
  frames(like).forEach((frame, i) => { parts[i].frame = frame; });
  const top = Math.max(...parts.map(({ frame }) => frame.top));
  let right = 0, down = 0;
  for (const part of parts) {
    Object.assign(part, { right, titleAt: down + 8, down: stacked ? down : top - part.frame.top });
    if (stacked) down += TITLE + part.frame.height + 10;
    else right += Math.round(each + GAP);
  }
  const ends = parts.map(({ right, down, frame }) => [right + frame.width, down + TITLE + frame.height]);
  return { parts, width: Math.max(...ends.map(([x]) => x)), height: Math.max(...ends.map(([, y]) => y)) };
}

// Why there is no map of the difference, or what it leaves out.
function sayPairing({ a, b, rows, columns, difference }, words) {
  const [one, two, pairs] = rows.length < Math.max(a.rows.length, b.rows.length) ? [a.rows, b.rows, rows] : [a.columns, b.columns, columns];
  const lengths = { a: one.length, b: two.length }, counts = words ? say("{a} and {b} words", lengths) : say("{a} and {b} tokens", lengths);
  if (!difference) return say("There is no difference map: {counts} do not line up, only {n} of them pair up.", { counts, n: pairs.length });
  return pairs.length < Math.max(one.length, two.length) ? say("{counts}: A − B shows the {n} that pair up.", { counts, n: pairs.length }) : "";
}
