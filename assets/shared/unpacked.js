// Restores what `demos/packed.py` packed: a long list arrives as {chunks: [JSON of some of its items, ...]}.
let pieces = new Map();
let before = new Map();

function parsed(piece) {
  if (!pieces.has(piece)) pieces.set(piece, before.get(piece) ?? JSON.parse(piece));
  return pieces.get(piece);
}

function unpacked(value) {
  if (Array.isArray(value)) return value.map(unpacked);
  if (!value || typeof value !== "object") return value;
  if (value.chunks) return value.chunks.flatMap(parsed);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, unpacked(each)]));
}

// Calls `draw` with the value now and after each change, at most once a frame.
function drawn(draw) {
  let due = false;
  const now = () => {
    due = false;
    // If only part of a value changed, the rest was read last time.
    [before, pieces] = [pieces, new Map()];
    draw(unpacked(props.value));
  };
  watch("value", () => {
    if (!due) requestAnimationFrame(now);
    due = true;
  });
  now();
}
