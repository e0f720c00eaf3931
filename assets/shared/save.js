// Saves a figure, which is a function that paints with any pen and the size it paints in: see attention/pens.js.

function svgOf({ paint, width, height }) {
  const pen = svgPen(width, height);
  paint(pen);
  return pen.finish();
}

function canvasOf({ paint, width, height }, theme) {
  const canvas = document.createElement("canvas");
  paint(canvasPen(canvas, width, height, Math.min(3, 12000 / Math.max(width, height)), theme.paper));
  return canvas;
}

function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
