// The sum behind one number, with what it means: a list of paragraphs.
function said({ Q, K, V }, made, name, r, c) {
  const i = SUBSCRIPTS[r], j = SUBSCRIPTS[c], value = written(made[name][r][c]);
  const line = (...parts) => element("p", "worked-sum", ...parts);
  const meaning = words => element("p", "worked-meaning", words);
  const result = element("b", "", value);
  if (name === "scores")
    return [
      line(term("Q", `q${i}`), " · ", term("K", `k${j}`), " = ", ...joined(Q[r].map((q, d) => times("Q", plain(q), "K", plain(K[c][d]))), "+"), " = ", result),
      meaning(say("How well what token {from} looks for fits what token {to} offers.", { from: r + 1, to: c + 1 })),
    ];
  if (name === "scaled")
    return [
      line(`${written(made.scores[r][c])} ÷ √3 = ${written(made.scores[r][c])} ÷ 1.732 = `, result),
      meaning(say("Long vectors make large scores. Dividing by the root of their length keeps the weights from being all or nothing.")),
    ];
  if (name === "weights")
    return [
      line(power(written(made.scaled[r][c])), " ÷ (", ...joined(made.scaled[r].map(score => power(written(score))), "+"), ") = ", result),
      meaning(say("Token {from} takes {share} of its mix from token {to}.", { from: r + 1, share: `${Math.round(100 * made.weights[r][c])}%`, to: c + 1 })),
    ];
  return [
    line(...joined(made.weights[r].map((weight, t) => times("W", written(weight), "V", plain(V[t][c]))), "+"), " = ", result),
    meaning(say("Number {n} of what token {from} becomes: the values' number {n}, mixed by the weights.", { n: c + 1, from: r + 1 })),
  ];
}
