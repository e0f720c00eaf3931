// Scaled dot-product attention (Vaswani et al. 2017), a step at a time, on matrices that are arrays of rows.

function dot(a, b) {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

function transposed(matrix) {
  return matrix[0].map((_, column) => matrix.map(row => row[column]));
}

function product(a, b) {
  const columns = transposed(b);
  return a.map(row => columns.map(column => dot(row, column)));
}

// Less the largest, so that no power overflows; the quotients are the same.
function softmax(row) {
  const largest = Math.max(...row), powers = row.map(value => Math.exp(value - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map(power => power / sum);
}

function attention(Q, K, V) {
  const scores = product(Q, transposed(K));
  const scaled = scores.map(row => row.map(score => score / Math.sqrt(Q[0].length)));
  const weights = scaled.map(softmax);
  return { scores, scaled, weights, output: product(weights, V) };
}
