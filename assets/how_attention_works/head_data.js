// What the server sent, its vectors as arrays of numbers.
function opened(sent) {
  const bytes = Uint8Array.from(atob(sent.vectors), character => character.charCodeAt(0));
  const numbers = new Float32Array(bytes.buffer), tokens = sent.tokens.length, width = numbers.length / 3 / tokens;
  const matrix = which => Array.from({ length: tokens }, (_, t) => Array.from(numbers.subarray((which * tokens + t) * width, (which * tokens + t + 1) * width)));
  const head = { ...sent, queries: matrix(0), keys: matrix(1), values: matrix(2), tokens: sent.tokens.map(([text]) => text), special: sent.tokens.map(([, special]) => special) };
  const widest = vectors => vectors.reduce((most, vector) => vector.reduce((size, value) => Math.max(size, Math.abs(value)), most), 0);
  head.widest = { queries: widest(head.queries), keys: widest(head.keys), values: widest(head.values) };
  head.divided = Math.abs(head.scale * Math.sqrt(width) - 1) < 1e-6 ? `÷ √${width}` : `× ${written(head.scale)}`;
  return head;
}

// The steps for one token that looks, over the tokens it can see.
function rowOf(head, query) {
  const keys = head.causal ? head.keys.slice(0, query + 1) : head.keys;
  const scores = keys.map(key => dot(head.queries[query], key)), scaled = scores.map(score => score * head.scale);
  return { scores, scaled, weights: softmax(scaled) };
}

// The token that looks hardest at another one, for as many as it can see, and that one. Special tokens do not count, nor
// does the first of a causal model.
function firstPair(head) {
  const counts = i => !head.special[i] && !(head.causal && i === 0);
  let best = [0, 0], most = -1;
  head.queries.forEach((_, query) => {
    if (counts(query)) rowOf(head, query).weights.forEach((weight, key, { length }) => {
      if (counts(key) && key !== query && weight * length > most) [best, most] = [[query, key], weight * length];
    });
  });
  return best;
}

// Which numbers are the `count` largest, in their own order.
function largest(values, count) {
  return values.map((_, i) => i).sort((a, b) => values[b] - values[a]).slice(0, count).sort((a, b) => a - b);
}
