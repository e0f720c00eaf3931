// What was sent, by layer and position: see `lens_value` in demos/views/lens.py. Row 0 is the first layer.

function lensData(value) {
  const { words, read, top, chances, followed, ranks, probabilities, embedding } = value;
  const positions = read.length, rows = ranks.length / followed.length;
  const best = top.length / (rows * positions), each = followed.length / positions;
  return {
    ...value, rows, positions,
    layer: (row) => (embedding ? row : row + 1),
    last: embedding ? rows - 1 : rows,
    top(row, position) {
      const from = (row * positions + position) * best;
      return Array.from({ length: best }, (_, i) => ({ text: words[top[from + i]], probability: chances[from + i] }));
    },
    followed(row, position) {
      const from = (row * positions + position) * each;
      return Array.from({ length: each }, (_, i) => ({ text: words[followed[position * each + i]], rank: ranks[from + i], probability: probabilities[from + i] }));
    },
  };
}

// How a token is written: its own spaces seen, and the bytes of a part of a character named as that.
const shownToken = (text) => (text.includes("\ufffd") ? `(${PART})` : text === "" ? say("start") : visible(text));
const quotedToken = (text) => `“${shownToken(text)}”`;
const countOf = (n) => n.toLocaleString("en");
const layerName = (data, row) => (data.embedding && row === 0 ? say("input") : countOf(data.layer(row)));

// The ranks of the first followed token, layer by layer.
function ranksOf(data, position, which = 0) {
  return Array.from({ length: data.rows }, (_, row) => data.followed(row, position)[which].rank);
}

// Where the first followed token is the likeliest for the first time, in words.
function appearance(data, position) {
  const ranks = ranksOf(data, position), first = ranks.indexOf(1), { text } = data.followed(0, position)[0];
  const values = { word: quotedToken(text), after: quotedToken(data.read[position]), start: countOf(ranks[0]), end: countOf(ranks.at(-1)), all: countOf(data.last) };
  if (first < 0) return say("After {after}, {word} goes from rank {start} to rank {end}; no layer finds it likeliest.", values);
  return say("After {after}, {word} begins at rank {start}, and is first the likeliest in layer {layer} of {all}.", { ...values, layer: layerName(data, first) });
}

function lensCsv(data) {
  const quoted = (words) => `"${words.replaceAll('"', '""')}"`;
  const lines = [["layer", "position", "after", "likeliest", "probability", "followed", "rank", "followed probability"]];
  for (let row = 0; row < data.rows; row++)
    for (let position = 0; position < data.positions; position++) {
      const [best] = data.top(row, position), [word] = data.followed(row, position);
      lines.push([data.layer(row), data.before + position, quoted(data.read[position]), quoted(best.text), best.probability, quoted(word.text), word.rank, word.probability]);
    }
  return "\ufeff" + lines.map((line) => line.join(",") + "\r\n").join("");
}

function lensJson(data) {
  const table = (cell) => Array.from({ length: data.rows }, (_, row) => Array.from({ length: data.positions }, (_, position) => cell(row, position)));
  const layers = Array.from({ length: data.rows }, (_, row) => data.layer(row));
  return { model: data.model, read: data.read, before: data.before, target: data.target, layers, top: table(data.top), followed: table(data.followed) };
}
