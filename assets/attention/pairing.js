// Two matrices beside each other: which of their tokens belong together, and how their weights differ.

// Which tokens stand for each other, as [in a, in b]: those that both texts have in the same order, and between these,
// one by one, those that differ where as many differ on both sides.
function pairsOf(a, b) {
  const width = b.length + 1, common = new Uint16Array((a.length + 1) * width), pairs = [];
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i * width + j] = a[i].text === b[j].text ? common[(i + 1) * width + j + 1] + 1 : Math.max(common[(i + 1) * width + j], common[i * width + j + 1]);
  let [i, j, fromA, fromB] = [0, 0, 0, 0];
  const between = () => { if (i - fromA === j - fromB) while (fromA < i) pairs.push([fromA++, fromB++]); };
  while (i < a.length && j < b.length) {
    if (a[i].text === b[j].text) {
      between();
      pairs.push([i++, j++]);
      [fromA, fromB] = [i, j];
    } else if (common[(i + 1) * width + j] >= common[i * width + j + 1]) i++;
    else j++;
  }
  [i, j] = [a.length, b.length];
  between();
  return pairs;
}

// Two matrices, the pairs of their rows and columns, and their difference; it is null where most tokens have no partner.
function comparisonOf(a, b) {
  const rows = pairsOf(a.rows, b.rows), columns = pairsOf(a.columns, b.columns);
  const enough = (pairs, one, two) => 2 * pairs.length > Math.min(one.length, two.length);
  if (!enough(rows, a.rows, b.rows) || !enough(columns, a.columns, b.columns)) return { a, b, rows, columns, difference: null };
  const joined = (one, two) => ([i, j]) => ({ ...one[i], text: one[i].text === two[j].text ? one[i].text : `${one[i].text}/${two[j].text}` });
  const values = new Float64Array(rows.length * columns.length);
  let max = 0;
  rows.forEach(([rowA, rowB], r) => columns.forEach(([columnA, columnB], c) => {
    const value = a.values[rowA * a.columns.length + columnA] - b.values[rowB * b.columns.length + columnB];
    values[r * columns.length + c] = value;
    max = Math.max(max, Math.abs(value));
  }));
  const difference = { rows: rows.map(joined(a.rows, b.rows)), columns: columns.map(joined(a.columns, b.columns)), values, max, causal: a.causal };
  return { a, b, rows, columns, difference };
}

// Where a focus on one of the parts (0 is A, 1 is B, 2 their difference) is on another one: null where it has no partner.
function placeOn({ rows, columns }, { row, column, part = 0 }, other) {
  const across = (pairs, i) => {
    if (i === null || part === other) return i;
    const pair = part === 2 ? pairs[i] : pairs.find(each => each[part] === i);
    return pair === undefined ? null : other === 2 ? pairs.indexOf(pair) : pair[other];
  };
  return { row: across(rows, row), column: across(columns, column) };
}
