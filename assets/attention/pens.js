// Two pens with one hand: what a view draws on the screen's canvas, it can draw into an SVG.

const MONO = "ui-monospace, Consolas, monospace";
const SANS = "ui-sans-serif, system-ui, sans-serif";
const MANY_CELLS = 10000;

function fontOf({ size = 13, bold = false, sans = false } = {}) {
  return `${bold ? "600 " : ""}${size}px ${sans ? SANS : MONO}`;
}

// Between cells shows the paper, or what is behind the canvas.
function canvasPen(canvas, width, height, density, paper = null) {
  const across = Math.round(width * density), down = Math.round(height * density);
  // To set a size, even the same one, takes new memory.
  if (canvas.width !== across || canvas.height !== down) {
    [canvas.width, canvas.height] = [across, down];
    Object.assign(canvas.style, { width: width + "px", height: height + "px" });
  }
  const context = canvas.getContext("2d");
  context.setTransform(density, 0, 0, density, 0, 0);
  context.clearRect(0, 0, width, height);
  return {
    rect(x, y, w, h, fill, opacity = 1) {
      context.globalAlpha = opacity;
      context.fillStyle = fill;
      context.fillRect(x, y, w, h);
      context.globalAlpha = 1;
    },
    frame(x, y, w, h, stroke, thickness) {
      context.strokeStyle = stroke;
      context.lineWidth = thickness;
      context.strokeRect(x, y, w, h);
    },
    text(words, x, y, { align = "left", fill = "#000", turn = 0, ...font } = {}) {
      context.save();
      context.translate(x, y);
      context.rotate((turn * Math.PI) / 180);
      context.font = fontOf(font);
      context.textAlign = align;
      context.textBaseline = "middle";
      context.fillStyle = fill;
      context.fillText(words, 0, 0);
      context.restore();
    },
    curve(x1, y1, x2, y2, stroke, thickness, opacity) {
      context.globalAlpha = opacity;
      context.strokeStyle = stroke;
      context.lineWidth = thickness;
      context.beginPath();
      context.moveTo(x1, y1);
      context.bezierCurveTo((x1 + x2) / 2, y1, (x1 + x2) / 2, y2, x2, y2);
      context.stroke();
      context.globalAlpha = 1;
    },
    picture(x, y, w, h, image) {
      context.imageSmoothingEnabled = false;
      context.drawImage(image, x, y, w, h);
    },
    cells(x, y, cell, columns, rows, colourAt) {
      this.picture(x, y, cell * columns, cell * rows, pixels(columns, rows, colourAt));
      if (cell < 7) return;
      context.globalCompositeOperation = paper ? "source-over" : "destination-out";
      context.fillStyle = paper ?? "#000";
      for (let i = 1; i < columns; i++) context.fillRect(x + i * cell - 0.5, y, 1, rows * cell);
      for (let i = 1; i < rows; i++) context.fillRect(x, y + i * cell - 0.5, columns * cell, 1);
      context.globalCompositeOperation = "source-over";
    },
  };
}

function svgPen(width, height) {
  const parts = [];
  const safe = words => String(words).replace(/[&<>"]/g, c => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c])
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, " ");
  const n = value => Math.round(value * 100) / 100;
  return {
    rect(x, y, w, h, fill, opacity = 1) {
      parts.push(`<rect x="${n(x)}" y="${n(y)}" width="${n(w)}" height="${n(h)}" fill="${fill}" opacity="${n(opacity)}"/>`);
    },
    frame(x, y, w, h, stroke, thickness) {
      parts.push(`<rect x="${n(x)}" y="${n(y)}" width="${n(w)}" height="${n(h)}" fill="none" stroke="${stroke}" stroke-width="${thickness}"/>`);
    },
    text(words, x, y, { align = "left", fill = "#000", turn = 0, size = 13, bold = false, sans = false } = {}) {
      const anchor = { left: "start", center: "middle", right: "end" }[align];
      parts.push(`<text transform="translate(${n(x)} ${n(y)}) rotate(${turn})" dy="0.35em" text-anchor="${anchor}" font-size="${size}" ` +
        `font-family="${sans ? SANS : MONO}"${bold ? ' font-weight="600"' : ""} fill="${fill}">${safe(words)}</text>`);
    },
    curve(x1, y1, x2, y2, stroke, thickness, opacity) {
      const middle = n((x1 + x2) / 2);
      parts.push(`<path d="M${n(x1)} ${n(y1)}C${middle} ${n(y1)} ${middle} ${n(y2)} ${n(x2)} ${n(y2)}" fill="none" ` +
        `stroke="${stroke}" stroke-width="${n(thickness)}" opacity="${n(opacity)}"/>`);
    },
    picture(x, y, w, h, image) {
      parts.push(`<image x="${n(x)}" y="${n(y)}" width="${n(w)}" height="${n(h)}" ` +
        `preserveAspectRatio="none" style="image-rendering:pixelated" href="${image.toDataURL()}"/>`);
    },
    cells(x, y, cell, columns, rows, colourAt) {
      if (columns * rows > MANY_CELLS) return void this.picture(x, y, cell * columns, cell * rows, pixels(columns, rows, colourAt));
      const gap = cell < 7 ? 0 : 1;
      for (let r = 0; r < rows; r++)
        for (let c = 0; c < columns; c++) {
          const colour = colourAt(r, c);
          if (colour) this.rect(x + c * cell, y + r * cell, cell - gap, cell - gap, `rgb(${colour.join()})`);
        }
    },
    finish() {
      return `<svg xmlns="http://www.w3.org/2000/svg" width="${n(width)}" height="${n(height)}" viewBox="0 0 ${n(width)} ${n(height)}">${parts.join("")}</svg>`;
    },
  };
}

// One pixel a cell; colourAt(row, column) gives [r, g, b], or null for nothing there.
function pixels(columns, rows, colourAt) {
  const canvas = document.createElement("canvas");
  canvas.width = columns;
  canvas.height = rows;
  const image = new ImageData(columns, rows), { data } = image;
  for (let r = 0, i = 0; r < rows; r++)
    for (let c = 0; c < columns; c++, i += 4) {
      const colour = colourAt(r, c);
      if (!colour) continue;
      data[i] = colour[0];
      data[i + 1] = colour[1];
      data[i + 2] = colour[2];
      data[i + 3] = 255;
    }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

const ruler = document.createElement("canvas").getContext("2d");

function widthOf(words, font) {
  ruler.font = fontOf(font);
  return ruler.measureText(words).width;
}

// The words, cut with an ellipsis where they are wider than that many pixels; whole characters only.
function fitted(words, width, font) {
  if (widthOf(words, font) <= width) return words;
  const letters = [...words];
  while (letters.length > 1 && widthOf(letters.join("") + "…", font) > width) letters.pop();
  return letters.join("") + "…";
}

// A pen that draws further right and down; text has its words before its place, a curve has two places.
function shifted(pen, right, down) {
  const moved = {
    text: (words, x, y, ...rest) => pen.text(words, x + right, y + down, ...rest),
    curve: (x1, y1, x2, y2, ...rest) => pen.curve(x1 + right, y1 + down, x2 + right, y2 + down, ...rest),
  };
  for (const name of ["rect", "frame", "picture", "cells"]) moved[name] = (x, y, ...rest) => pen[name](x + right, y + down, ...rest);
  return moved;
}
