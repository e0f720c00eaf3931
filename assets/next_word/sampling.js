// How a token is chosen: filters over the model's own log-probabilities, and draws from what they leave. No page in here.
// The tokens are sorted, best first, so that each filter keeps the first of them.

// The logs of all tokens of the vocabulary: those that were sent, and a power law for the others.
function allLogs({ logs, vocabulary, exponent }) {
  const known = logs.length, all = new Float64Array(Math.max(vocabulary, known));
  all.set(logs);
  for (let rank = known + 1; rank <= vocabulary; rank++) all[rank - 1] = logs[known - 1] - exponent * Math.log(rank / known);
  return all;
}

// The probabilities of the first `kept` tokens at a temperature, which sum to 1.
function shares(logs, kept, temperature) {
  const found = new Float64Array(kept);
  let sum = 0;
  for (let i = 0; i < kept; i++) sum += found[i] = Math.exp((logs[i] - logs[0]) / temperature);
  for (let i = 0; i < kept; i++) found[i] /= sum;
  return found;
}

// As llama.cpp has them: a top-k of 0, a top-p of 1 and a min-p of 0 keep all, a temperature of 0 the likeliest alone.
const FILTERS = {
  "top-k": (logs, kept, heat, { topK }) => (topK > 0 ? Math.min(kept, topK) : kept),
  "top-p": (logs, kept, heat, { topP }) => {
    if (topP >= 1) return kept;
    const found = shares(logs, kept, heat);
    for (let i = 0, sum = 0; i < kept; i++) if ((sum += found[i]) >= topP) return i + 1;
    return kept;
  },
  "min-p": (logs, kept, heat, { minP }) => {
    if (minP <= 0) return kept;
    let left = 1;
    while (left < kept && (logs[left] - logs[0]) / heat >= Math.log(minP)) left++;
    return left;
  },
};

// The probabilities of the tokens that are kept, and how many of them each filter leaves, in the order of the filters.
// `first` puts the temperature before the others; llama.cpp has it after them.
function filtered(logs, knobs) {
  const { temperature, first } = knobs, greedy = temperature <= 0, heat = first && !greedy ? temperature : 1;
  const hottest = (kept) => (greedy ? 1 : kept);
  const left = [];
  let kept = logs.length;
  if (first) left.push(["temperature", (kept = hottest(kept))]);
  for (const [name, filter] of Object.entries(FILTERS)) left.push([name, (kept = filter(logs, kept, heat, knobs))]);
  if (!first) left.push(["temperature", (kept = hottest(kept))]);
  return { left, after: shares(logs, kept, greedy ? 1 : temperature) };
}

// The filter that took the token of this index away, undefined where it is kept.
function cutBy({ left }, index) {
  return left.find(([, kept]) => index >= kept)?.[0];
}

// Numbers from 0 to 1, the same for the same seed: mulberry32.
function dice(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

// The index of the token that `chance`, 0 to 1, falls on.
function fallsOn(after, chance) {
  let sum = 0;
  const index = after.findIndex((share) => (sum += share) > chance);
  return index < 0 ? after.length - 1 : index;
}
