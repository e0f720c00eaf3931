// Switched-off heads: what is off, and the maps in which each head is a switch.

const PARTS = ["layer", "head", "from", "to"];

function partsOf(one) {
  return PARTS.map(part => one[part] ?? "").join();
}

// Switch one thing off, or on again.
function toggle(view, one) {
  const off = view.state.off.filter(each => partsOf(each) !== partsOf(one));
  change(view, { off: off.length < view.state.off.length ? off : [...off, one] });
}

function isOff({ off }, layer, head) {
  return off.some(each => each.from === undefined && (each.layer ?? layer) === layer && (each.head ?? head) === head);
}

function switchName({ keys }, { layer, head, from, to }) {
  const where = layer === undefined ? say("everywhere") : head === undefined ? say("all of layer {layer}", { layer: layer + 1 }) : headName(layer, head);
  return from === undefined ? where : say("{from} → {to}, {where}", { from: isolate(keys[from]?.text), to: isolate(keys[to]?.text), where });
}

// Requests the model's own result if it is missing; with nothing switched off, only in the view that shows it.
function outcomeOf(view) {
  const { data, state } = view, known = view.outcomes.get(JSON.stringify(state.off));
  if (known || (!state.off.length && state.view !== "off") || ask === null) return known ?? null;
  const { key, model, text, pair } = data;
  send(view, { key, model, text, pair, off: state.off }, "waitingForOutcome");
  return null;
}

function rankHeads({ data: { key, model, text, pair } }) {
  ask({ rank: true, key, model, text, pair });
}

// Of the heads that are ranked, the largest change: the end of the scale.
function largestEffect({ ranking }) {
  return Math.max(0, ...(ranking?.effects ?? []).flat().map(effect => Math.abs(effect ?? 0)));
}

function effectScale(view) {
  return { ...differenceScale(largestEffect(view) || 1, view.theme, true), title: say("change when off (root scale)") };
}

function fillSwitches(view) {
  const { $, data, state, theme, ranking, page } = view, { layer, head, map } = page.querySelector(".av-maps :focus")?.dataset ?? {};
  // Switching a head on removes its button, so the focus moves to the next one, or to the heads.
  const at = [...$("off-list").children].indexOf(document.activeElement), reset = document.activeElement === $("reset");
  const chips = state.off.map(one => {
    const name = switchName(data, one), button = element("button", "av-off-chip", `${name} ×`);
    button.type = "button";
    button.ariaLabel = say("Switch on again: {name}", { name });
    button.addEventListener("click", () => toggle(view, one));
    return button;
  });
  $("off-list").replaceChildren(...(chips.length ? chips : [element("span", "", say("Nothing is off. Press a head, or the number of a layer."))]));
  $("reset").disabled = !chips.length;
  $("rank").disabled = ask === null || ranking?.effects.flat().every(effect => effect !== null);
  const effects = ranking?.effects, scale = effectScale(view);
  $("effects-caption").textContent = effects ? say("What each head does: the change of the result when it alone is off")
    : say("What each head does: press “Rank all heads”");
  const cell = (name, paint, more) => (layer, head) => switchButton(view, name, layer, head, paint(layer, head), more(layer, head));
  fillMap(view, $("map-weights"), cell("weights", (layer, head) => thumbnail(data, layer, head, theme), (layer, head) => HABITS[nameOf(data, layer, head)] ?? ""));
  fillMap(view, $("map-effects"), cell("effects", (layer, head) => {
    const effect = effects?.[layer][head] ?? null;
    return pixels(1, 1, () => (effect === null ? null : scale.rgb(effect)));
  }, (layer, head) => (effects?.[layer][head] ?? null) === null ? "" : signedOrZero(effects[layer][head], 3)));
  const legend = $("effects-legend");
  legend.hidden = !effects;
  if (effects) drawLegend(penOn(legend, { width: 360, height: 32 }), 4, 6, scale, theme, 150);
  if (map) page.querySelector(`[data-map="${map}"][data-layer="${layer}"]${head === undefined ? ":not([data-head])" : `[data-head="${head}"]`}`)?.focus();
  else if (at >= 0 || (reset && !chips.length)) (chips[Math.min(at, chips.length - 1)] ?? $("map-weights").querySelector("[tabindex='0']")).focus();
}

function switchButton(view, map, layer, head, picture, more) {
  const button = element("button"), at = view.cell ?? [0, 0];
  button.type = "button";
  button.ariaLabel = [placeName(layer, head), more].filter(Boolean).join(": ");
  button.title = button.ariaLabel;
  button.ariaPressed = String(isOff(view.state, layer, head));
  button.tabIndex = layer === at[0] && head === at[1] ? 0 : -1;
  Object.assign(button.dataset, { map, layer, head });
  button.append(picture);
  button.addEventListener("click", () => {
    view.cell = [layer, head];
    toggle(view, { layer, head });
  });
  return button;
}

// A map is one stop of the Tab key; arrow keys walk it, and Enter or the space bar switches.
function fillMap(view, grid, make) {
  const { data, box: { lying } } = view, { map } = grid.dataset;
  layHeads(grid, view, make, layer => {
    const button = element("button", "av-axis", String(layer + 1));
    button.type = "button";
    button.ariaLabel = say("Layer {layer}, all heads", { layer: layer + 1 });
    button.ariaPressed = String(view.state.off.some(each => partsOf(each) === partsOf({ layer })));
    button.tabIndex = -1;
    Object.assign(button.dataset, { map, layer });
    button.addEventListener("click", () => toggle(view, { layer }));
    return button;
  });
  grid.onkeydown = event => {
    const [down, right] = ARROWS[event.key] ?? [], { layer, head } = event.target.dataset;
    if (down === undefined || layer === undefined) return;
    event.preventDefault();
    const [layers, heads] = lying ? [right, down] : [down, right], bound = (value, count) => Math.max(0, Math.min(count - 1, value));
    const to = { layer: bound(Number(layer) + layers, data.layers), head: Number(head ?? -1) + heads };
    // Before the first head stands the layer itself.
    const next = grid.querySelector(`[data-layer="${to.layer}"]${to.head < 0 ? ":not([data-head])" : `[data-head="${bound(to.head, data.heads)}"]`}`);
    view.cell = [to.layer, bound(to.head, data.heads)];
    for (const each of grid.querySelectorAll("[tabindex='0']")) each.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  };
}

// Beside the picture: a button for the head on screen, and one for the look that is locked.
function fillActs(view) {
  const { data, state, matrix, locked, $ } = view, { layer } = state, { head } = chosen(view), made = [];
  const button = (words, ones) => {
    const act = element("button", "av-act", words);
    act.type = "button";
    act.addEventListener("click", () => change(view, { off: [...state.off.filter(each => !ones.some(one => partsOf(one) === partsOf(each))), ...ones] }));
    made.push(act);
  };
  if (ask !== null && !["off", "heads", "flow", "compare"].includes(state.view)) {
    if (head >= 0 && !isOff(state, layer, head)) button(say("Switch this head off"), [{ layer, head }]);
    const row = matrix.rows[locked?.row], column = matrix.columns[locked?.column];
    if (row && column && data.kind !== "cross" && !unreachable(matrix, locked.row, locked.column)) {
      const where = head >= 0 ? { layer, head } : { layer };
      const looks = row.members.flatMap(from => column.members.filter(to => data.kind !== "causal" || to <= from).map(to => ({ ...where, from, to })));
      button(say("Switch off: {from} → {to}", { from: isolate(row.text), to: isolate(column.text) }), looks);
    }
  }
  const had = document.activeElement, inside = $("acts").contains(had);
  $("acts").replaceChildren(...made);
  // The pressed button disappears.
  if (inside) (made.find(act => act.textContent === had.textContent) ?? $("focus")).focus();
}
