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

const PANEL_WIDTH = 340, LONG = 64;
const DRAWINGS = { matrix: MATRIX, lines: LINES, heads: HEADS, flow: FLOW, compare: COMPARE };

function start() {
  const page = element("div", "av");
  page.innerHTML = MARKUP;
  sayIn(page);
  root.replaceChildren(element("style", "", STYLE), page);
  const view = {
    page, $: name => page.querySelector(".av-" + name),
    state: {
      view: "matrix", layer: 0, head: MEAN, words: false, special: true, root: false, from: -1, to: -1,
      with: "head", layerB: 0, headB: MEAN, another: null,
    },
    data: null, other: null, matrix: null, compared: null, box: null, theme: null, scale: null,
    hovered: null, locked: null, kept: undefined, waiting: "", saving: null, refused: "",
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

// The page around the view is told which layer and head are on screen, for each run anew; -1 is no single head.
function tellPlace(view) {
  const { data, state, page } = view, { layer } = state, head = Math.max(chosen(view).head, -1);
  if (view.told?.data === data && view.told.layer === layer && view.told.head === head) return;
  view.told = { data, layer, head };
  Object.assign(page.dataset, { layer, head });
  tell?.();
}

function redraw(view) {
  const { data, state, page, $ } = view;
  if (!data) return;
  view.theme = themeOf(page.closest(".dark") !== null || (ask === null && matchMedia("(prefers-color-scheme: dark)").matches));
  page.classList.toggle("av-dark", view.theme.dark);
  page.classList.toggle("av-alone", ask === null);
  if (state.view === "flow" && !flows(data)) return void change(view, { view: "matrix" });
  tellPlace(view);
  const shown = shownIn(view), asking = state.view === "compare" && state.with === "text" && (!state.another || view.refused);
  syncChoices(view);
  $("stage").classList.toggle("av-waiting", !shown);
  if (shown) Object.assign(view, shown, view.kept === undefined ? {} : { locked: placeOfTokens(shown.matrix, view.kept), kept: undefined });
  const empty = shown && [shown.matrix, shown.compared?.b].some(matrix => matrix && !matrix.values.length);
  sayWhat(view, shown, asking, empty);
  $("scene").hidden = $("strips").hidden = Boolean(asking || empty);
  const whole = $("scene").clientWidth, drawing = DRAWINGS[state.view];
  if (!shown || empty || !whole) return;
  view.scale = weightScale(view.matrix.max, view.theme, state.root);
  view.box = drawing.box(view, whole < 900 || drawing.wide ? whole : whole - PANEL_WIDTH);
  const heads = state.view === "heads";
  $("picture").hidden = $("focus").hidden = $("strips").hidden = $("panel").hidden = heads;
  $("grid").hidden = !heads;
  $("scene").classList.toggle("av-wide", Boolean(drawing.wide));
  if (heads) return fillHeads($("grid"), view, (layer, head) => change(view, { view: "matrix", layer, head }));
  if (view.locked === undefined) view.locked = farthestLook(view);
  $("focus").ariaLabel = [`${drawing.title}:`, ...sidesInWords(view), say("Arrow keys walk its cells.")].join(" ");
  fillStrips(view);
  if (!drawing.follows) drawing.draw(penOn($("picture"), view.box), view);
  redrawFocus(view);
  fillTable(view);
}

function redrawFocus(view) {
  if (!view.matrix || !view.box || view.state.view === "heads") return;
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
