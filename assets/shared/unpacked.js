// What `demos/packed.py` packed, as it was: a long list comes as {chunks: [JSON of some of its items, ...]}.
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

// Calls `draw` with the value now and whenever it has changed: once a frame, however often it changes.
function drawn(draw) {
  let due = false;
  const now = () => {
    due = false;
    // Of a value that changed in part, the rest was read the last time.
    [before, pieces] = [pieces, new Map()];
    draw(unpacked(props.value));
  };
  watch("value", () => {
    if (!due) requestAnimationFrame(now);
    due = true;
  });
  now();
}
