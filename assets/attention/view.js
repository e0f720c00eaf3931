// The page's side: choices, pointer and keys. One state, one redraw.

function element(tag, className = "", words = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = words;
  return made;
}

const PANEL_WIDTH = 340, BARS = 8, LONG = 64;

function start() {
  const NOWHERE = { row: null, column: null };
  const state = { view: "matrix", layer: 0, head: MEAN, words: false, special: true, root: false, from: -1, to: -1 };
  let data = null, matrix = null, box = null, theme = null, hovered = null, locked = null, waiting = "", saving = null;
  const style = element("style", "", STYLE);
  const page = element("div", "av");
  page.innerHTML = MARKUP;
  root.replaceChildren(style, page);
  const $ = name => page.querySelector(".av-" + name);
  const focus = () => hovered ?? locked ?? NOWHERE;

  const views = { matrix: "Matrix", lines: "Lines", heads: "All heads", flow: "Flow" };
  for (const [name, title] of Object.entries(views)) {
    const button = element("button", "", title);
    button.type = "button";
    button.dataset.view = name;
    button.addEventListener("click", () => change({ view: name }));
    $("tabs").append(button);
  }
  for (const format of ["SVG", "PNG", "CSV", "JSON", "HTML"]) {
    const button = element("button", "", format);
    button.type = "button";
    button.addEventListener("click", () => save(format));
    $("exports").append(button);
  }
  $("layer").addEventListener("change", event => change({ layer: Number(event.target.value) }));
  $("head").addEventListener("change", event => change({ head: Number(event.target.value) }));
  $("words").addEventListener("change", event => change({ words: event.target.checked }));
  $("hide").addEventListener("change", event => change({ special: !event.target.checked }));
  $("root").addEventListener("change", event => change({ root: event.target.checked, decided: true }));
  $("from").addEventListener("change", event => change({ from: Number(event.target.value) }));
  $("to").addEventListener("change", event => change({ to: Number(event.target.value) }));
  $("table").addEventListener("toggle", () => fillTable());
  for (const button of page.querySelectorAll(".av-step")) {
    const [name, by] = button.dataset.step.split(",");
    button.addEventListener("click", () => {
      const select = $(name), options = [...select.options].filter(option => !option.disabled);
      const at = options.findIndex(option => option.selected) + Number(by);
      change({ [name]: Number(options[(at + options.length) % options.length].value) });
    });
  }

  function show(value) {
    if (!value) return;
    const sent = JSON.parse(value);
    if (sent.more) {
      if (!data || sent.key !== data.key) return;
      addPlanes(data, sent);
      data.sent.push(value);
      waiting = "";
    } else {
      const same = data && data.model === sent.model;
      data = openData(sent);
      data.sent = [value];
      hovered = null;
      locked = undefined;
      waiting = "";
      // In a long text one weight far above the rest would leave all others white.
      Object.assign(state, { from: -1, to: -1 }, state.decided ? {} : { root: data.keys.length > LONG }, same ? {} : { layer: sent.layer, head: sent.head });
      fillChoices();
    }
    redraw();
    if (saving) save(saving);
  }

  function fillChoices() {
    const options = (select, entries) => select.replaceChildren(...entries.map(([value, words]) => {
      const option = element("option", "", words);
      option.value = value;
      return option;
    }));
    options($("layer"), Array.from({ length: data.layers }, (_, i) => [i, `${i + 1} of ${data.layers}`]));
    options($("head"), [[MEAN, "mean of all"], [MAX, "largest of all"], ...(data.kind === "cross" ? [] : [[ROLLOUT, "rollout to here"]]),
      ...Array.from({ length: data.heads }, (_, i) => [i, `${i + 1} of ${data.heads}`])]);
    const pair = data.queries.some(token => token.part === 1);
    for (const label of page.querySelectorAll(".av-parts")) label.hidden = !pair || data.kind === "cross";
    for (const name of ["from", "to"]) options($(name), [[-1, "both texts"], [0, "the first"], [1, "the second"]]);
    $("hide-label").textContent = data.kind === "causal" ? "Hide the first token" : "Hide special tokens";
    $("empty").hidden = true;
    $("body").hidden = false;
  }

  function change(part) {
    const tokens = () => [chosen().words, chosen().special, chosen().from, chosen().to].join(), before = tokens();
    Object.assign(state, part);
    if (tokens() !== before) [hovered, locked] = [null, undefined];
    redraw();
  }

  // What the matrix is made by; the flow has no choice but the rollout of all tokens.
  function chosen() {
    return state.view === "flow" ? { ...state, head: ROLLOUT, words: false, special: true, from: -1, to: -1 } : state;
  }

  function available(layer, head) {
    return ask !== null || planeOf(data, layer, head) !== null;
  }

  function redraw() {
    if (!data) return;
    const dark = page.closest(".dark") !== null || (ask === null && matchMedia("(prefers-color-scheme: dark)").matches);
    theme = themeOf(dark);
    page.classList.toggle("av-dark", dark);
    page.classList.toggle("av-alone", ask === null);
    const flow = state.view === "flow";
    if (flow && (data.kind === "cross" || !flowLayers(data, data.layers - 1))) return void change({ view: "matrix" });
    const made = matrixOf(data, chosen());
    $("stage").classList.toggle("av-waiting", !made);
    syncChoices();
    if (state.view !== "heads") {
      $("caption").className = "av-caption";
      $("caption").textContent = describeHead(data, state.layer, chosen().head) + ".";
    }
    if (!made) return void request(false);
    matrix = Object.assign(made, { causal: data.kind === "causal" });
    const whole = $("scene").clientWidth, width = whole < 900 ? whole : whole - PANEL_WIDTH;
    if (!width) return;
    const heads = state.view === "heads";
    $("picture").hidden = $("focus").hidden = $("strips").hidden = $("panel").hidden = heads;
    $("grid").hidden = !heads;
    if (heads) {
      const open = (layer, head) => change({ view: "matrix", layer, head });
      fillHeads($("grid"), data, state, theme, open);
      fillChips($("caption"), data, open);
      $("caption").className = "av-caption av-chips";
      return;
    }
    if (locked === undefined) locked = farthestLook();
    surface.ariaLabel = `${views[state.view]}: ${describeHead(data, state.layer, state.head)}. Arrow keys walk its cells.`;
    box = flow ? flowBox(data, state, width) : state.view === "lines" ? linesBox(matrix, width) : matrixBox(matrix, width);
    fillStrips();
    if (state.view === "matrix") drawMatrix(pen($("picture")), matrix, box, theme, state);
    redrawFocus();
    fillTable();
  }

  function pen(canvas) {
    const density = Math.min(window.devicePixelRatio || 1, 16000 / Math.max(box.width, box.height));
    return canvasPen(canvas, box.width, box.height, density);
  }

  function redrawFocus() {
    if (!matrix || state.view === "heads") return;
    if (state.view === "lines") drawLines(pen($("picture")), matrix, box, theme, state, focus());
    if (state.view === "flow") drawFlow(pen($("picture")), data, box, theme, state, focus());
    const over = pen($("focus"));
    if (state.view === "matrix") drawMatrixFocus(over, matrix, box, theme, focus());
    tintStrips();
    sayFocus();
  }

  // The token in focus, what it looks at most, and how much: words for everyone, bars for those who see.
  function sayFocus() {
    const { row, column } = focus(), width = matrix.columns.length;
    const strong = token => element("b", "", token.text), looks = chosen().head === ROLLOUT ? "draws on" : "looks at";
    const weight = row !== null && column !== null ? matrix.values[row * width + column] : 0;
    let said = [state.view !== "matrix" ? "Point at a token. A click locks it." : "Point at a cell. A click locks it, arrow keys walk."];
    if (row !== null && column !== null)
      said = unreachable(matrix, row, column)
        ? [strong(matrix.rows[row]), " comes before ", strong(matrix.columns[column]), " and cannot look at it"]
        : [strong(matrix.rows[row]), ` ${looks} `, strong(matrix.columns[column]), ": ", element("b", "", weight.toFixed(3))];
    else if (row !== null) said = [strong(matrix.rows[row]), ` ${looks}`];
    else if (column !== null) said = [strong(matrix.columns[column]), chosen().head === ROLLOUT ? " goes into" : " is looked at by"];
    $("value").replaceChildren(...said);
    const bars = row !== null ? topOf(row, BARS).map(([c, w]) => [matrix.columns[c], w])
      : column !== null ? lookersAt(column, BARS).map(([r, w]) => [matrix.rows[r], w]) : [];
    $("bars").replaceChildren(...bars.flatMap(([token, w]) => {
      const bar = element("i");
      bar.style.width = `${(100 * w) / Math.max(1, matrix.max)}%`;
      bar.style.background = theme.accent;
      return [element("span", "", token.text), bar, element("em", "", w.toFixed(3))];
    }));
  }

  function lookersAt(column, count) {
    return matrix.rows.map((_, r) => [r, matrix.values[r * matrix.columns.length + column]])
      .filter(([, weight]) => weight > 0).sort((a, b) => b[1] - a[1]).slice(0, count);
  }

  // Where to begin: the cell where much weight goes far, which is seldom a matter of grammar alone.
  function farthestLook() {
    let best = null, most = 0;
    matrix.rows.forEach((from, r) => matrix.columns.forEach((to, c) => {
      if ([...from.members.map(q => isSpecial(data.queries, q, data)), ...to.members.map(k => isSpecial(data.keys, k, data))].some(Boolean)) return;
      const reach = matrix.values[r * matrix.columns.length + c] * Math.abs(from.members[0] - to.members[0]);
      if (reach > most) [most, best] = [reach, { row: r, column: c }];
    }));
    return best;
  }

  function topOf(row, count) {
    const width = matrix.columns.length;
    return Array.from(matrix.values.subarray(row * width, (row + 1) * width), (weight, c) => [c, weight])
      .filter(([, weight]) => weight > 0).sort((a, b) => b[1] - a[1]).slice(0, count);
  }

  function syncChoices() {
    const whole = data.kind !== "cross" && flowLayers(data, data.layers - 1) !== null;
    for (const button of $("tabs").children) {
      if (button.dataset.view !== "flow") continue;
      button.disabled = !whole;
      button.title = whole ? "" : data.kind === "cross" ? "Cross-attention goes from one text to another: nothing flows on." : "The flow is drawn for texts of a few dozen tokens.";
    }
    for (const name of ["head", "words", "hide", "from", "to"]) $(name).disabled = state.view === "flow";
    for (const button of $("tabs").children) button.setAttribute("aria-pressed", String(button.dataset.view === state.view));
    $("layer").value = state.layer;
    $("head").value = state.head;
    for (const option of $("layer").options) option.disabled = !available(Number(option.value), state.head);
    for (const option of $("head").options) option.disabled = !available(state.layer, Number(option.value));
    $("words").checked = state.words;
    $("hide").checked = !state.special;
    $("root").checked = state.root;
    $("from").value = state.from;
    $("to").value = state.to;
  }

  // The text itself, tinted by what the token in focus looks at.
  function fillStrips() {
    const one = data.kind !== "cross" && (state.view === "flow" || state.from === state.to);
    const strip = (title, tokens, side) => {
      const line = element("div", "av-strip");
      line.dir = "auto";
      if (title) line.append(element("b", "", title));
      tokens.forEach((token, i) => {
        const word = element("span", "", token.text);
        word.dataset.side = side;
        word.dataset.at = i;
        line.append(word, " ");
      });
      return line;
    };
    $("strips").replaceChildren(...(one
      ? [strip("", matrix.rows, "both")]
      : [strip("from", matrix.rows, "row"), strip("to", matrix.columns, "column")]));
  }

  function tintStrips() {
    const { row, column } = focus();
    for (const word of page.querySelectorAll(".av-strip span")) {
      const at = Number(word.dataset.at), side = word.dataset.side;
      let weight = null;
      if (row !== null && side !== "row" && !unreachable(matrix, row, at)) weight = matrix.values[row * matrix.columns.length + at];
      if (row === null && column !== null && side !== "column" && !unreachable(matrix, at, column)) weight = matrix.values[at * matrix.columns.length + column];
      const step = weight === null ? 0 : stepOf(weight, matrix.max, state.root);
      word.style.background = weight === null ? "" : theme.css[step];
      word.style.color = weight === null ? "" : inkOn(step, theme);
      word.classList.toggle("av-from-here", side === "column" ? row === null && at === column : at === (row ?? (side === "both" ? column : null)));
    }
  }

  // For readers who cannot see the picture: each token with the five it looks at most.
  function fillTable() {
    if (!$("table").open || !matrix) return;
    const table = element("table"), head = table.createTHead().insertRow(), body = table.createTBody();
    for (const words of ["From", "To, and how much"]) head.append(Object.assign(element("th", "", words), { scope: "col" }));
    matrix.rows.forEach((token, r) => {
      const line = body.insertRow();
      line.append(Object.assign(element("th", "", token.text), { scope: "row" }));
      line.insertCell().textContent = topOf(r, 5).map(([c, weight]) => `${matrix.columns[c].text} ${short(weight)}`).join(", ");
    });
    $("table").lastElementChild.replaceChildren(table);
  }

  function request(exact) {
    const wanted = { key: data.key, model: data.model, text: data.text, pair: data.pair, layer: state.layer, head: chosen().head, exact };
    const name = JSON.stringify(wanted);
    if (ask === null || waiting === name) return;
    waiting = name;
    setTimeout(() => { if (waiting === name) waiting = ""; }, 30000);  // It may have failed: let the visitor try again.
    ask(wanted);
  }

  // CSV and JSON hold the model's own floats, which are fetched first.
  function save(format) {
    if (!data) return;
    const exact = format === "CSV" || format === "JSON";
    const source = exact && ask !== null ? matrixOf(data, chosen(), true) : matrix;
    saving = source ? null : format;
    if (!source) return void request(true);
    saveAs(format, { data, state: chosen(), matrix: Object.assign(source, { causal: matrix.causal }), theme, focus: focus(), width: box.width });
  }

  const surface = $("focus");
  const at = event => {
    const frame = surface.getBoundingClientRect(), x = event.clientX - frame.left, y = event.clientY - frame.top;
    if (state.view === "flow") return flowAt(box, data, x, y);
    return state.view === "lines" ? linesAt(box, matrix, x, y) : matrixAt(box, x, y);
  };
  const hover = place => {
    if (JSON.stringify(place) === JSON.stringify(hovered)) return;
    hovered = place;
    requestAnimationFrame(redrawFocus);
  };
  surface.addEventListener("pointermove", event => hover(at(event)));
  surface.addEventListener("pointerleave", () => hover(null));
  surface.addEventListener("click", event => lock(at(event)));
  $("strips").addEventListener("pointermove", event => hover(placeOf(event.target)));
  $("strips").addEventListener("pointerleave", () => hover(null));
  $("strips").addEventListener("click", event => lock(placeOf(event.target)));
  surface.addEventListener("keydown", event => {
    const [down, right] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key] ?? [0, 0];
    if (event.key === "Escape") return lock(null);
    if (!down && !right) return;
    event.preventDefault();
    const { row, column } = focus(), bound = (value, count) => Math.max(0, Math.min(count - 1, value));
    hovered = null;
    lock({ row: bound((row ?? 0) + down, matrix.rows.length), column: bound((column ?? 0) + right, matrix.columns.length) }, true);
  });

  function placeOf(word) {
    const number = word.dataset?.at;
    if (number === undefined) return null;
    return word.dataset.side === "column" ? { row: null, column: Number(number) } : { row: Number(number), column: null };
  }

  function lock(place, keep = false) {
    locked = !keep && JSON.stringify(place) === JSON.stringify(locked) ? null : place;
    if (locked === null) hovered = null;
    redrawFocus();
  }

  let drawnAt = 0;
  new ResizeObserver(() => {
    if (page.clientWidth === drawnAt) return;
    drawnAt = page.clientWidth;
    requestAnimationFrame(redraw);
  }).observe(page);
  new MutationObserver(redraw).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  return { show, change };
}
