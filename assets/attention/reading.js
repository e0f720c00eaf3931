// The focus in words and bars, in the text itself, and the whole as a table.

const BARS = 8;

// The head on screen, or both that are compared.
function headsInWords(view) {
  const { data, state } = view, ended = (facts) => say("{facts}.", { facts });
  const head = ended(describeHead(data, state.layer, chosen(view).head));
  if (state.view !== "compare" || state.with !== "head") return [head];
  return [`A: ${head}`, `B: ${ended(describeHead(data, state.layerB, state.headB))}`];
}

// The same including the texts if those are compared, for readers who cannot see them in the picture.
function sidesInWords(view) {
  const { data, other, state } = view;
  const texts = state.view === "compare" && state.with === "text" && other ? [`A: “${data.text}”`, `B: “${other.text}”`] : [];
  return [...headsInWords(view), ...texts];
}

// What the other measure makes of the tokens where heads rest; a layer's share is the mean of its heads'.
function sharesInWords({ data, state }) {
  const { layer, head } = state, { weights, norms } = data.shares;
  if (!norms || head === MAX || head === ROLLOUT || state.view === "flow") return [];
  const of = shares => (head === MEAN ? shares[layer].reduce((sum, share) => sum + share, 0) / data.heads : shares[layer][head]).toFixed(2);
  const names = new Set(data.keys.filter((_, i) => isSpecial(data.keys, i, data)).map(token => token.text)), shares = { weights: of(weights), norms: of(norms) };
  if (!names.size) return [];
  return [data.kind === "causal" ? say("The first token: {weights} of the raw weight, {norms} by norm (weight × length of the value).", shares)
    : say("{tokens}: {weights} of the raw weight, {norms} by norm (weight × length of the value).", { tokens: [...names].join(", "), ...shares })];
}

// What is on screen, in words.
function sayWhat(view, shown, asking, empty) {
  const { data, state, $ } = view, compare = state.view === "compare", caption = $("caption");
  caption.className = state.view === "heads" ? "av-caption av-chips" : "av-caption";
  if (state.view === "off") caption.replaceChildren(element("span", "", say("A head that looks much may do little. Press heads off: the model reads the text again without them.")));
  else if (state.view === "heads") fillChips(caption, data, (layer, head) => change(view, { view: "matrix", layer, head }));
  else caption.replaceChildren(...[...headsInWords(view), ...sharesInWords(view)].map(words => element("span", "", words)));
  $("note").textContent = asking ? view.refused || say("Change the text, then press Compare.")
    : empty ? say("Every token is hidden: there is nothing to show.")
    : compare && shown ? sayPairing(shown.compared, state.words)
    : state.view === "flow" && shown ? sayFlow(view) : "";
}

// The token in focus, what it looks at most, and how much: words for everyone, bars for those who see.
function sayFocus(view) {
  if (view.compared) return sayDifference(view);
  const { matrix, state, theme, $ } = view;
  const { row, column } = focusOf(view), rollout = chosen(view).head === ROLLOUT || state.measure === "norms";
  let words = [state.view !== "matrix" ? say("Point at a token. A click locks it.") : say("Point at a cell. A click locks it, arrow keys walk.")];
  const ends = { from: row === null ? "" : strong(matrix.rows[row]), to: column === null ? "" : strong(matrix.columns[column]) };
  if (row !== null && column !== null)
    words = unreachable(matrix, row, column) ? sayParts("{from} comes before {to} and cannot look at it", ends)
      : [...(rollout ? sayParts("{from} draws on {to}", ends) : sayParts("{from} looks at {to}", ends)), ": ", element("b", "", formatWeight(valueAt(matrix, row, column), matrix.max))];
  else if (row !== null) words = rollout ? sayParts("{from} draws on", ends) : sayParts("{from} looks at", ends);
  else if (column !== null) words = rollout ? sayParts("{to} goes into", ends) : sayParts("{to} is looked at by", ends);
  $("value").replaceChildren(...words);
  const bars = row !== null ? topOf(matrix, row, BARS).map(([c, w]) => [matrix.columns[c], w])
    : column !== null ? lookersAt(matrix, column, BARS).map(([r, w]) => [matrix.rows[r], w]) : [];
  $("bars").replaceChildren(...bars.filter(([, w], i) => i === 0 || !formatWeight(w, matrix.max).startsWith("<")).flatMap(([token, w]) => {
    const bar = element("i");
    bar.style.width = `${(100 * w) / Math.max(1, matrix.max)}%`;
    bar.style.background = theme.accent;
    return [written("span", token.text), bar, element("em", "", formatWeight(w, matrix.max))];
  }));
}

function strong(token) {
  return written("b", token.text);
}

function valueAt({ values, columns }, row, column) {
  return values[row * columns.length + column];
}

// The [column, weight] that a row gives most to.
function topOf({ values, columns }, row, count) {
  const width = columns.length;
  return heaviest(Array.from(values.subarray(row * width, (row + 1) * width), (weight, c) => [c, weight]), count);
}

// The [row, weight] that give most to a column.
function lookersAt(matrix, column, count) {
  return heaviest(matrix.rows.map((_, r) => [r, valueAt(matrix, r, column)]), count);
}

// Those of the largest size, whatever their sign.
function heaviest(weighted, count) {
  return weighted.filter(([, weight]) => weight !== 0).sort((a, b) => Math.abs(b[1]) - Math.abs(a[1])).slice(0, count);
}

// The text itself; a comparison has two.
function fillStrips(view) {
  const { data, state, compared, $ } = view;
  const strip = (title, tokens, side, part) => {
    const line = element("div", "av-strip");
    line.dir = "auto";
    if (title) line.append(element("b", "", title));
    tokens.forEach((token, i) => {
      const word = element("span", "", token.text);
      Object.assign(word.dataset, { side, at: i, part });
      line.append(word, " ");
    });
    return line;
  };
  const one = data.kind !== "cross" && (state.view === "flow" || state.from === state.to);
  const strips = ({ rows, columns }, name, part) => one
    ? [strip(name, rows, "both", part)]
    : [strip(`${name} ${say("from")}`.trim(), rows, "row", part), strip(`${name} ${say("to")}`.trim(), columns, "column", part)];
  $("strips").replaceChildren(...(compared ? [...strips(compared.a, "A", 0), ...strips(compared.b, "B", 1)] : strips(view.matrix, "", "")));
}

// Each word as bright as what the token in focus gives it.
function tintStrips(view) {
  const { matrix, compared, box, scale, page } = view, focus = focusOf(view);
  const parts = compared ? [0, 1].map(part => ({ ...box.parts[part], ...placeOn(compared, focus, part) })) : [{ matrix, scale, ...focus }];
  for (const word of page.querySelectorAll(".av-strip span")) {
    const { matrix, scale, row, column } = parts[Number(word.dataset.part)], at = Number(word.dataset.at), { side } = word.dataset;
    const [r, c] = row !== null && side !== "row" ? [row, at] : row === null && column !== null && side !== "column" ? [at, column] : [null, null];
    const rgb = r === null || unreachable(matrix, r, c) ? null : scale.rgb(valueAt(matrix, r, c));
    // In a long text most words stay as they are, and to set a style costs more than to compare it.
    const shade = rgb ? cssOf(rgb) : "";
    if (word.shade !== shade) Object.assign(word.style, { background: shade, color: rgb ? inkOn(rgb) : "" });
    word.shade = shade;
    word.classList.toggle("av-from-here", side === "column" ? row === null && at === column : at === (row ?? (side === "both" ? column : null)));
  }
}

// For readers who cannot see the picture: each token with the five it looks at most.
function fillTable(view) {
  const { matrix, compared, $ } = view;
  if (!$("table").open || !matrix) return;
  const table = element("table"), head = table.createTHead().insertRow(), body = table.createTBody();
  const [titles, lines] = compared ? tableOfDifference(compared)
    : [[say("From"), say("To, and how much")], matrix.rows.map((token, r) => [token.text, namesOf(matrix, r, weight => formatWeight(weight, matrix.max))])];
  for (const words of titles) head.append(Object.assign(element("th", "", words), { scope: "col" }));
  for (const [token, ...cells] of lines) {
    const line = body.insertRow();
    line.append(Object.assign(element("th", "", token), { scope: "row" }));
    for (const words of cells) line.insertCell().textContent = words;
  }
  const box = $("table").lastElementChild;
  Object.assign(box, { tabIndex: 0, role: "region", ariaLabel: say("As a table") });
  box.replaceChildren(table);
}

function namesOf(matrix, row, number) {
  return topOf(matrix, row, 5).map(([c, weight]) => `${isolate(matrix.columns[c].text)} ${number(weight)}`).join(", ");
}
