// A comparison in words and bars, and as a table.

function sayDifference(view) {
  const { compared, theme, box, $ } = view, { a, b, difference } = compared, focus = focusOf(view);
  const [inA, inB, inBoth] = [0, 1, 2].map(part => placeOn(compared, focus, part));
  const { rows, columns } = matrixAtFocus(view), { row, column } = focus;
  const number = (matrix, place, digits) => place.row === null || place.column === null ? "–" : digits(valueAt(matrix, place.row, place.column));
  const bold = words => element("b", "", words), max = Math.max(a.max, b.max), fixed = weight => formatWeight(weight, max);
  let words = [say("Point at a cell: all parts show it. A click locks it, arrow keys walk.")];
  if (row !== null && column !== null) {
    words = [...sayParts("{from} looks at {to}", { from: strong(rows[row]), to: strong(columns[column]) }), ": A ", bold(number(a, inA, fixed)), ", B ", bold(number(b, inB, fixed))];
    if (difference) words.push(", A\u00a0−\u00a0B ", bold(number(difference, inBoth, more => formatDifference(more, max))));
  } else if (row !== null) words = sayParts("{from} looks at", { from: strong(rows[row]) });
  else if (column !== null) words = sayParts("{to} is looked at by", { to: strong(columns[column]) });
  $("value").replaceChildren(...words);
  const shown = difference && (inBoth.row !== null || inBoth.column !== null)
    ? (inBoth.row !== null ? topOf(difference, inBoth.row, BARS).map(([c, more]) => [difference.columns[c], more])
      : lookersAt(difference, inBoth.column, BARS).map(([r, more]) => [difference.rows[r], more])) : [];
  $("bars").replaceChildren(...shown.flatMap(([token, more]) => {
    const frame = element("span", "av-signed"), bar = element("i"), half = (50 * Math.abs(more)) / Math.max(1, difference.max);
    Object.assign(bar.style, { width: `${half}%`, left: `${more < 0 ? 50 - half : 50}%`, background: cssOf(theme.signs.at(more < 0 ? 0 : -1)) });
    frame.append(bar);
    return [element("span", "", token.text), frame, element("em", "", formatDifference(more, max))];
  }));
}

function formatDifference(value, max) {
  const words = formatWeight(Math.abs(value), max);
  return words.startsWith("<") ? words : (value < 0 ? "−" : "+") + words;
}

// For each token what it looks at most in A and in B, and where they differ most.
function tableOfDifference({ a, b, rows, difference }) {
  const ofA = new Map(rows.map(([i, j], r) => [i, [j, r]])), partners = new Set(rows.map(([, j]) => j)), none = "–", max = Math.max(a.max, b.max);
  const fixed = weight => formatWeight(weight, max), more = value => formatDifference(value, max);
  const lines = a.rows.map((token, i) => {
    const [j, r] = ofA.get(i) ?? [];
    const both = j === undefined ? [none, none] : [namesOf(b, j, fixed), difference ? namesOf(difference, r, more) : none];
    return [token.text, namesOf(a, i, fixed), ...both];
  });
  b.rows.forEach((token, j) => { if (!partners.has(j)) lines.push([token.text, none, namesOf(b, j, fixed), none]); });
  return [[say("From"), say("A: to, and how much"), say("B: to, and how much"), "A − B"], lines];
}
