// Saves what a view shows: as a figure (SVG, PNG), as numbers (CSV, JSON), or as a page that works from a disk (HTML).
// Everything is made in the browser, from the view's own nodes and data.
const KEPT_STYLES = [
  "color", "background-color", "background-image", "background-size", "background-position", "background-repeat", "border-top",
  "border-right", "border-bottom", "border-left", "border-radius", "border-collapse", "clip-path", "display", "flex", "flex-wrap", "align-items", "align-self",
  "justify-content", "grid-template-columns", "grid-column", "gap", "padding", "margin", "font-family", "font-size", "font-style",
  "font-weight", "font-variant-numeric", "line-height", "text-align", "text-decoration", "text-underline-offset", "white-space",
  "overflow-wrap", "vertical-align", "list-style", "box-sizing", "outline",
];
// Bars keep the size they have in the view; texts and boxes are laid out again.
const SIZED = /(fill|bar|ramp|track|line)$/;

// A copy of `root` that looks the same without the page's style sheets, with hidden elements removed.
function still(root) {
  const copy = root.cloneNode(true);
  const walk = (node, twin) => {
    const style = getComputedStyle(node);
    twin.setAttribute("style", KEPT_STYLES.map((name) => `${name}:${style.getPropertyValue(name)}`).join(";"));
    if ([...node.classList].some((name) => SIZED.test(name))) Object.assign(twin.style, { width: `${node.offsetWidth}px`, height: `${node.offsetHeight}px` });
    [...node.children].forEach((child, index) => walk(child, twin.children[index]));
    for (const name of ["class", "tabindex", "title"]) twin.removeAttribute(name);
  };
  walk(root, copy);
  [...copy.querySelectorAll("*")].forEach((node) => node.style.display === "none" && node.remove());
  return copy;
}

function figureOf(root) {
  const copy = still(root), holder = document.createElement("div"), [width, margin] = [root.offsetWidth, 16];
  const paper = getComputedStyle(document.body).backgroundColor;
  holder.style.cssText = `box-sizing:border-box;width:${width + 2 * margin}px;padding:${margin}px;background:${paper}`;
  holder.append(copy);
  document.body.append(holder);
  const height = holder.offsetHeight;
  holder.remove();
  const inside = new XMLSerializer().serializeToString(holder);
  return { width: width + 2 * margin, height, paper, html: holder.outerHTML, svg: `<svg xmlns="http://www.w3.org/2000/svg" width="${width + 2 * margin}" height="${height}"><foreignObject width="100%" height="100%">${inside}</foreignObject></svg>` };
}

async function pngOf({ svg, width, height }) {
  const image = new Image(), canvas = document.createElement("canvas"), scale = Math.min(2, 12000 / Math.max(width, height));
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  Object.assign(canvas, { width: width * scale, height: height * scale });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done));
}

function csvOf(rows) {
  const cell = (value) => (typeof value === "number" ? value : `"${String(value ?? "").replaceAll('"', '""')}"`);
  return "\ufeff" + rows.map((row) => row.map(cell).join(",") + "\r\n").join("");
}

// The figure, with the data in it for a program. A "<" in the data must not end the script.
function pageOf({ html, paper }, name, data) {
  const json = JSON.stringify(data).replaceAll("<", "\\u003c");
  return `<!doctype html>\n<html lang="${document.documentElement.lang || "en"}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${name} · Glassbox</title></head>
<body style="margin:0;background:${paper}">${html}<script type="application/json">${json}</` + `script></body></html>\n`;
}

function keep(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// A row of buttons under `root`, called `name` in the files. `table` gives the rows of the CSV, the first with their
// names; `data` what the JSON holds. `shown` is whether there is anything to save.
function exportBar({ root, name, table, data, shown }) {
  const bar = document.createElement("p");
  bar.className = "export-bar";
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", say("Save this view"));
  const make = {
    SVG: () => new Blob([figureOf(root).svg], { type: "image/svg+xml" }),
    PNG: () => pngOf(figureOf(root)),
    CSV: () => new Blob([csvOf(table())], { type: "text/csv" }),
    JSON: () => new Blob([JSON.stringify(data(), null, 1)], { type: "application/json" }),
    HTML: () => new Blob([pageOf(figureOf(root), name, data())], { type: "text/html" }),
  };
  bar.append(say("Save"));
  for (const [format, blob] of Object.entries(make)) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = format;
    button.addEventListener("click", async () => keep(await blob(), `glassbox-${name}.${format.toLowerCase()}`));
    bar.append(button);
  }
  root.after(bar);
  bar.update = () => (bar.hidden = !shown());
  bar.update();
  return bar;
}
