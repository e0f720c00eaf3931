// The page's side: one state, one redraw. The other files hold its parts.

function element(tag, className = "", words = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = words;
  return made;
}

// What a visitor wrote, in a direction of its own: Arabic and Hebrew do not reorder what stands around them.
function written(tag, words) {
  const made = element(tag, "", words);
  made.dir = "auto";
  return made;
}

// The same among other words, where no element is to be: else "a → b" of two Hebrew tokens would be read as b → a.
function isolate(words) {
  return `\u2068${words}\u2069`;
}

const PANEL_WIDTH = 340, LONG = 64;
const DRAWINGS = { matrix: MATRIX, lines: LINES, heads: HEADS, flow: FLOW, compare: COMPARE, off: SWITCH };

function start() {
  const page = element("div", "av");
  page.innerHTML = MARKUP;
  sayIn(page);
  root.replaceChildren(element("style", "", STYLE), page);
  const view = {
    page, $: name => page.querySelector(".av-" + name),
    state: {
      view: "matrix", layer: 0, head: MEAN, measure: "weights", words: false, special: true, root: false, from: -1, to: -1,
      with: "head", layerB: 0, headB: MEAN, another: null, off: [],
    },
    data: null, measured: {}, outcomes: new Map(), ranking: null, waitingForOutcome: "", cell: null, other: null, matrix: null, compared: null, box: null, theme: null, scale: null,
    hovered: null, locked: null, kept: undefined, waiting: "", saving: null, refused: "", opening: false,
  };
  makeChoices(view);
  makeExports(view);
  listenForFocus(view);
  let drawnAt = 0;
  new ResizeObserver(() => {
    if (page.clientWidth === drawnAt) return;
    drawnAt = page.clientWidth;
    requestAnimationFrame(() => redraw(view));
  }).observe(page);
  new MutationObserver(() => redraw(view)).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  return { show: value => show(view, value), change: part => change(view, part) };
}

function change(view, part) {
  const tokens = () => {
    const { words, special, from, to } = chosen(view), { state } = view;
    return JSON.stringify([words, special, from, to, ...(state.view === "compare" ? [state.with, state.another] : [])]);
  };
  const before = tokens();
  Object.assign(view.state, part);
  // What was to be saved is no longer what is on screen.
  view.saving = null;
  // Other rows and columns: what is locked stays so.
  if (tokens() !== before) Object.assign(view, { hovered: null, kept: view.kept ?? lockedTokens(view) });
  redraw(view);
}

// What the matrix is made by; the flow is always the rollout, of all texts.
function chosen({ state }) {
  return state.view === "flow" ? { ...state, head: ROLLOUT, from: -1, to: -1 } : state;
}

// What is to be shown; where something is still to come it is asked for, and there is nothing yet.
function shownIn(view, exact = false) {
  const { data, state } = view;
  if (state.view === "compare") {
    const both = compared(view, exact);
    return both && { matrix: both.a, compared: both };
  }
  const links = state.view !== "flow" || linksOf(data), matrix = links && matrixOf(data, chosen(view), exact);
  return matrix ? { matrix, compared: null } : void request(view, data, links ? { exact } : { links: true });
}

// Notify the page of the layer, head and measure on screen, after each run and change; -1 is no single head.
function notifyPlace(view) {
  const { data, state, page } = view, { layer, measure } = state, head = Math.max(chosen(view).head, -1), off = JSON.stringify(state.off);
  if (view.notified?.data === data && view.notified.layer === layer && view.notified.head === head && view.notified.off === off) return;
  view.notified = { data, layer, head, off };
  Object.assign(page.dataset, { layer, head, measure, off });
  notify?.();
}

function redraw(view) {
  if (!view.data) return;
  remeasure(view);
  const { data, state, page, $ } = view;
  view.theme = themeOf(page.closest(".dark") !== null || (ask === null && matchMedia("(prefers-color-scheme: dark)").matches));
  page.classList.toggle("av-dark", view.theme.dark);
  page.classList.toggle("av-alone", ask === null);
  if (state.view === "flow" && !flows(data)) return void change(view, { view: "matrix" });
  notifyPlace(view);
  const shown = data.measure === state.measure ? shownIn(view) : null, asking = state.view === "compare" && state.with === "text" && (!state.another || view.refused);
  syncChoices(view);
  fillFinder(view);
  // The button that opens a head goes with the others: its focus is then for the picture, which may be still to come.
  if (state.view !== "heads" && ["all-heads", "caption"].some(name => $(name).contains(document.activeElement))) view.opening = true;
  $("stage").classList.toggle("av-waiting", !shown);
  if (shown) Object.assign(view, shown, view.kept === undefined ? {} : { locked: placeOfTokens(shown.matrix, view.kept), kept: undefined });
  const empty = shown && [shown.matrix, shown.compared?.b].some(matrix => matrix && !matrix.values.length);
  sayWhat(view, shown, asking, empty);
  const switching = state.view === "off";
  // The maps of switches are drawn without a matrix.
  for (const button of $("exports").querySelectorAll("button")) button.disabled = !switching && (!shown || empty);
  $("scene").hidden = $("strips").hidden = Boolean(asking || empty || switching);
  $("switches").hidden = !switching;
  $("table").hidden = switching;
  if (switching) {
    view.box = SWITCH.box(view, $("switches").clientWidth);
    fillSwitches(view);
  }
  fillOutcome(view);
  const whole = $("scene").clientWidth, drawing = DRAWINGS[state.view];
  if (!shown || empty || !whole) return;
  view.scale = weightScale(view.matrix.max, view.theme, state.root, state.measure);
  view.box = drawing.box(view, whole < 900 || drawing.wide ? whole : whole - PANEL_WIDTH);
  const heads = state.view === "heads";
  $("picture").hidden = $("focus").hidden = $("strips").hidden = $("panel").hidden = heads;
  $("all-heads").hidden = !heads;
  $("scene").classList.toggle("av-wide", Boolean(drawing.wide));
  if (view.opening && !heads && (document.activeElement === document.body || $("all-heads").contains(document.activeElement))) $("focus").focus();
  view.opening = false;
  if (heads) return fillHeads($("all-heads"), view, (layer, head) => change(view, { view: "matrix", layer, head }));
  if (view.locked === undefined) view.locked = farthestLook(view);
  $("focus").ariaLabel = [`${drawing.title}:`, ...sidesInWords(view), say("Arrow keys walk its cells.")].join(" ");
  fillActs(view);
  fillStrips(view);
  if (!drawing.follows) drawing.draw(penOn($("picture"), view.box), view);
  redrawFocus(view);
  fillTable(view);
}

function redrawFocus(view) {
  if (!view.matrix || !view.box || DRAWINGS[view.state.view].dom) return;
  const drawing = DRAWINGS[view.state.view], focus = focusOf(view);
  if (drawing.follows) drawing.draw(penOn(view.$("picture"), view.box), view, focus);
  const over = penOn(view.$("focus"), view.box);
  drawing.mark?.(over, view, focus);
  tintStrips(view);
  sayFocus(view);
}

function penOn(canvas, { width, height }) {
  return canvasPen(canvas, width, height, Math.min(window.devicePixelRatio || 1, 16000 / Math.max(width, height)));
}
