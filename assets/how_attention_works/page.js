// What both parts of the page are built with.

function element(tag, className = "", ...children) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...children);
  return made;
}

function button(className, label, press) {
  const made = element("button", className, label);
  made.type = "button";
  made.addEventListener("click", press);
  return made;
}

function written(value, digits = 3) {
  const size = Math.abs(value), words = size.toFixed(size >= 1000 ? 0 : size >= 100 ? 1 : digits);
  return (value < 0 && Number(words) !== 0 ? "−" : "") + words;
}

// A number as the visitor gave it.
function plain(value) {
  return String(value).replace("-", "−");
}

const SUBSCRIPTS = "₁₂₃";

function numbered(letter) {
  return [...SUBSCRIPTS].map(number => letter + number);
}

// Numbers and names in the colour of the matrix that they come from.
function term(matrix, words) {
  return element("span", `worked-term worked-${matrix}`, words);
}

function power(exponent) {
  return element("span", "", "e", element("sup", "", exponent));
}

// The parts with a sign between each two of them.
function joined(parts, sign) {
  return parts.flatMap((part, i) => (i ? [` ${sign} `, part] : [part]));
}

// "0.2 × 0.3", each factor in its colour; a negative second factor stands in brackets.
function times(first, a, second, b) {
  return element("span", "worked-factors", term(first, a), " × ", term(second, b.startsWith("−") ? `(${b})` : b));
}

// What the focus keys do among `cells`, a table of buttons: arrows walk, and Tab goes on to the next table.
function walk(cells, event) {
  const [down, right] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key] ?? [0, 0];
  if (!down && !right) return;
  const row = cells.findIndex(line => line.includes(event.target)), column = cells[row].indexOf(event.target);
  event.preventDefault();
  cells[row + down]?.[column + right]?.focus();
}

function enter(cells, cell) {
  for (const one of cells.flat()) one.tabIndex = one === cell ? 0 : -1;
}

// A table with its headings; make(row, column) gives what is in a cell. Returns the table and what is in its cells.
function tableOf(label, across, down, make) {
  const table = element("table");
  table.setAttribute("aria-label", label);
  const head = table.createTHead().insertRow(), body = table.createTBody();
  head.append(element("td"));
  for (const words of across) head.append(Object.assign(element("th", "", words), { scope: "col" }));
  const made = down.map((words, r) => {
    const line = body.insertRow();
    line.append(Object.assign(element("th", "", words), { scope: "row" }));
    return across.map((_, c) => {
      const inside = make(r, c);
      line.insertCell().append(inside);
      return inside;
    });
  });
  return [table, made];
}
