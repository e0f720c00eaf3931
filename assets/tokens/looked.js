// What the model looked at as it chose a token: shares of the words before it, from one byte each.
const STRONGEST = 5;

// `value` as Python sends it: see `looked` in demos/views/tokens.py.
function attention(value) {
  const bytes = Uint8Array.from(atob(value.data), (character) => character.charCodeAt(0));
  const width = value.readings.length;
  const rows = width ? bytes.length / width : 0;
  const share = (index, word) => value.largest * (bytes[index * width + word] / 255) ** 2;

  // Draws the prompt, a paragraph for each stretch between two control tokens, and returns its words' nodes.
  function draw(root) {
    const nodes = [];
    let part = null;
    root.replaceChildren();
    for (const [text, word, control] of value.prompt) {
      if (control) {
        part = null;
        continue;
      }
      if (!part) {
        part = written("p", "token-part");
        root.append(part);
      }
      const node = make("span", "token-read", text);
      part.append(node);
      nodes.push([node, word]);
    }
    root.querySelectorAll(".token-part").forEach((each) => each.textContent.trim() || each.remove());
    return nodes;
  }

  // The share of each word, relative to the strongest that can be read, for the token at `index`.
  function strengths(index) {
    const strongest = Math.max(...value.readings.map((reading, word) => (reading ? share(index, word) : 0)), 1e-9);
    return (word) => (value.readings[word] && index < rows ? Math.min(1, share(index, word) / strongest) : 0);
  }

  // The words with the most attention, and the shares of the rest.
  function details(index) {
    if (index >= rows) return make("p", "token-hint", say("There was no time to read the reply again up to this token."));
    const words = value.readings.map((reading, word) => ({ reading, share: share(index, word) }));
    const merged = new Map();
    for (const { reading, share } of words) if (reading) merged.set(reading, (merged.get(reading) || 0) + share);
    const best = [...merged].sort((a, b) => b[1] - a[1]).slice(0, STRONGEST);
    const blank = words.reduce((sum, word) => (word.reading ? sum : sum + word.share), 0);
    const part = list(say("looked at most"), best.map(([reading, share]) => row(reading, share)));
    const first = say("{share} of all its attention is left out: it rested on the very first token.", { share: percent(value.first[index]) });
    const marks = say("{share} went to line breaks and the marks between messages.", { share: percent(blank) });
    part.append(make("p", "token-aside", `${marks} ${first}`));
    return part;
  }

  return { draw, strengths, details };
}
