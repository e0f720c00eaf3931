// What the server sent, and the matrix that follows from it and from what the visitor chose to see.

const MEAN = -1, MAX = -2, ROLLOUT = -3;

function bytesOf(base64) {
  return Uint8Array.from(atob(base64), character => character.charCodeAt(0));
}

// A byte stands for largest * (byte / 255)^2: see encode() in demos/views/attention_data.py.
function decode(bytes, largest) {
  const weights = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) weights[i] = largest * (bytes[i] / 255) ** 2;
  return weights;
}

function tokenOf([text, start, end, special, part, word, reading]) {
  return { text, start, end, special, part, word, reading };
}

function openData(sent, value) {
  const data = { ...sent, planes: new Map(), exact: new Map(), links: null, sent: [] };
  [data.queries, data.keys] = sent.tokens.map(side => side.map(tokenOf));
  data.thumbnails = { ...sent.thumbnails, data: bytesOf(sent.thumbnails.data) };
  addPlanes(data, sent, value);
  return data;
}

// What came, kept as it came too: a saved page shows it again.
function addPlanes(data, sent, value) {
  const bytes = bytesOf(sent.data), cells = data.queries.length * data.keys.length;
  sent.planes.forEach(([layer, head, largest], i) => {
    if (sent.exact) data.exact.set(layer + "," + head, new Float32Array(bytes.buffer));
    else data.planes.set(layer + "," + head, decode(bytes.subarray(i * cells, (i + 1) * cells), largest));
  });
  if (sent.links) data.links = openLinks(sent.links, data);
  data.sent.push(value);
}

// The weights of one layer and head, row by row, or null where the server has yet to send them.
function planeOf(data, layer, head, exact) {
  const name = layer + "," + head;
  if (exact) return data.exact.get(name) ?? null;
  if (data.planes.has(name)) return data.planes.get(name);
  if (head !== MEAN && head !== MAX) return null;
  const heads = Array.from({ length: data.heads }, (_, h) => data.planes.get(layer + "," + h));
  if (heads.some(plane => !plane)) return null;
  const combined = new Float32Array(heads[0].length);
  for (const plane of heads)
    for (let i = 0; i < plane.length; i++)
      combined[i] = head === MAX ? Math.max(combined[i], plane[i]) : combined[i] + plane[i] / heads.length;
  data.planes.set(name, combined);
  return combined;
}

// What the visitor sees: rows, columns and their weights, with special tokens hidden and words joined as asked.
function matrixOf(data, state, exact = false) {
  const plane = planeOf(data, state.layer, state.head, exact);
  if (!plane) return null;
  const rows = grouped(data.queries, shown(data.queries, data, state, state.from), state.words);
  const columns = grouped(data.keys, shown(data.keys, data, state, state.to), state.words);
  const hidden = state.special ? null : hiddenSums(plane, data), width = data.keys.length;
  const values = new Float64Array(rows.length * columns.length);
  let max = 0;
  rows.forEach((row, r) => {
    for (const q of row.members) {
      const share = 1 / row.members.length / (hidden ? hidden[q] || Infinity : 1);
      columns.forEach((column, c) => {
        for (const k of column.members) values[r * columns.length + c] += plane[q * width + k] * share;
      });
    }
  });
  for (const value of values) max = Math.max(max, value);
  return { rows, columns, values, max, causal: data.kind === "causal" };
}

// A causal model has no special tokens in plain text; its first token serves as one: where to look when at nothing.
function isSpecial(tokens, i, data) {
  return tokens[i].special || (data.kind === "causal" && i === 0);
}

function shown(tokens, data, state, part) {
  return tokens.map((token, i) => (state.special || !isSpecial(tokens, i, data)) && (part < 0 || token.part === part));
}

// How much of each row is on keys that are not special.
function hiddenSums(plane, data) {
  const width = data.keys.length;
  return data.queries.map((_, q) => {
    let sum = 0;
    for (let k = 0; k < width; k++) if (!isSpecial(data.keys, k, data)) sum += plane[q * width + k];
    return sum;
  });
}

function grouped(tokens, keep, words) {
  const groups = [];
  let last = null;
  tokens.forEach((token, i) => {
    if (!keep[i]) return;
    if (words && last && last.word === token.word) return void last.members.push(i);
    last = { text: words ? token.reading : token.text, word: token.word, special: token.special, members: [i] };
    groups.push(last);
  });
  return groups;
}
