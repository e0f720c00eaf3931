// The scale below a picture, and its numbers.

const LEGEND_HEIGHT = 54;

function drawLegend(pen, left, top, scale, theme, room = 180) {
  // On whole pixels, so that no seams show.
  const steps = Math.floor(room / 3), width = 3 * steps, x = Math.round(left), y = Math.round(top), { low, high, rgb } = scale;
  for (let i = 0; i < steps; i++) pen.rect(x + 3 * i, y, 3, 9, cssOf(rgb(low + ((high - low) * i) / (steps - 1))));
  for (const [share, align] of [[0, "left"], [0.5, "center"], [1, "right"]]) {
    const value = low + (high - low) * share;
    pen.text(low < 0 ? signed(value) : short(value), x + share * width, y + 20, { align, fill: theme.muted, size: 11 });
  }
  pen.text(scale.title, x + width + 10, y + 5, { fill: theme.muted, size: 11, sans: true });
}

function short(weight) {
  return weight >= 0.0995 ? weight.toFixed(2) : weight >= 0.00095 ? weight.toFixed(3) : weight > 0 ? weight.toExponential(0) : "0";
}

// A weight in as many digits as travel: one byte, up to the largest. Exact ones are in what is saved as CSV and JSON.
function formatWeight(weight, max) {
  const digits = max > 0 ? Math.min(6, Math.max(2, Math.ceil(-Math.log10(max / 25)))) : 2, least = 10 ** -digits;
  return weight > 0 && weight < least / 2 ? `<${least.toFixed(digits)}` : weight.toFixed(digits);
}

function signed(value) {
  return value === 0 ? "0" : (value < 0 ? "−" : "+") + short(Math.abs(value));
}
