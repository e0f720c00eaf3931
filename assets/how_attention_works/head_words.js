// What is said about a real head.

function caption(head) {
  const shared = head.heads / head.kvHeads;
  return [
    say("Pick the token that looks. The more colour another one has, the more is taken from it."),
    head.causal ? say("This model reads left to right: later tokens are out of sight.") : "",
    head.rotary ? say("Its q and k are turned by their place in the text first (rotary embedding).") : "",
    shared > 1 ? say("{n} heads share each set of keys and values.", { n: shared }) : "",
  ].filter(Boolean).join(" ");
}

function saidOfPair(head, { scores, scaled, weights }, query, key) {
  const q = head.queries[query], k = head.keys[key], short = value => written(value, 2);
  const line = (...parts) => element("p", "worked-sum", ...parts);
  const terms = joined(q.slice(0, TERMS).map((value, i) => times("Q", short(value), "K", short(k[i]))), "+");
  const others = largest(scaled, TERMS).filter(i => i !== key).slice(0, TERMS - 1), more = scaled.length - others.length - 1;
  const powers = joined([key, ...others].map(i => power(short(scaled[i]))), "+");
  return [
    line(term("Q", "q"), " · ", term("K", "k"), " = ", ...terms, ` + … ${say("{n} more", { n: q.length - TERMS })} = `, element("b", "", short(scores[key]))),
    line(`${short(scores[key])} ${head.divided} = `, element("b", "", short(scaled[key]))),
    line(power(short(scaled[key])), " ÷ (", ...powers, more > 0 ? ` + … ${say("{n} more", { n: more })}) = ` : ") = ", element("b", "", written(weights[key]))),
    element("p", "worked-meaning", say("“{from}” takes {share} of its mix from “{to}”.", { from: head.tokens[query], share: `${Math.round(100 * weights[key])}%`, to: head.tokens[key] })),
  ];
}
