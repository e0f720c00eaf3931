// The choices above the picture: the view, the layer and head, which tokens to show, and what to compare with.

const NUMBERS = ["layer", "head", "layerB", "headB", "from", "to"];

function makeChoices(view) {
  const { page, $ } = view;
  for (const [name, { title }] of Object.entries(DRAWINGS)) {
    const button = element("button", "", title);
    button.type = "button";
    button.dataset.view = name;
    button.addEventListener("click", () => change(view, { view: name }));
    $("tabs").append(button);
  }
  for (const name of NUMBERS) $(name).addEventListener("change", event => change(view, { [name]: Number(event.target.value) }));
  $("rank").addEventListener("click", () => rankHeads(view));
  $("reset").addEventListener("click", () => change(view, { off: [] }));
  $("measure").addEventListener("change", event => change(view, { measure: event.target.value }));
  $("words").addEventListener("change", event => change(view, { words: event.target.checked }));
  $("hide").addEventListener("change", event => change(view, { special: !event.target.checked }));
  $("root").addEventListener("change", event => change(view, { root: event.target.checked, decided: true }));
  $("with").addEventListener("change", event => change(view, { with: event.target.value }));
  $("another").addEventListener("keydown", event => {
    // An input method confirms its words with Enter, which Safari reports once they are composed, with this code.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key !== "Enter" || event.shiftKey || event.target.tagName !== "TEXTAREA") return;
    event.preventDefault();
    $("another").requestSubmit();
  });
  $("another").addEventListener("submit", event => {
    event.preventDefault();
    view.refused = "";
    change(view, { another: { text: $("text").value, pair: $("pair-label").hidden ? "" : $("pair").value } });
  });
  $("table").addEventListener("toggle", () => fillTable(view));
  for (const button of page.querySelectorAll(".av-step")) {
    const [name, by] = button.dataset.step.split(",");
    button.addEventListener("click", () => {
      const select = $(name), options = [...select.options].filter(option => !option.disabled);
      const at = options.findIndex(option => option.selected) + Number(by);
      change(view, { [name]: Number(options[(at + options.length) % options.length].value) });
    });
  }
}

// What there is to choose from in the data at hand.
function fillChoices({ data, state, page, $ }) {
  for (const name of ["layer", "layerB"]) $(name).replaceChildren(...options(numbered(data.layers, 0, data.layers)));
  for (const name of ["head", "headB"]) $(name).replaceChildren(...headOptions(data));
  for (const name of ["from", "to"]) $(name).replaceChildren(...options([[-1, say("both texts")], [0, say("the first")], [1, say("the second")]]));
  const pair = data.queries.some(token => token.part === 1);
  for (const label of page.querySelectorAll(".av-parts")) label.hidden = !pair || data.kind === "cross";
  $("hide-label").textContent = data.kind === "causal" ? say("Hide the first token") : say("Hide special tokens");
  // A word changed in the same text is what is mostly compared.
  const { text, pair: second } = state.another ?? data;
  $("text").value = text;
  $("pair").value = second;
  $("pair-label").hidden = !data.pair;
  $("empty").hidden = true;
  $("body").hidden = false;
}

// The heads; those that share their keys and values stand together.
function headOptions(data) {
  const combined = options([[MEAN, say("mean of all")], [MAX, say("largest of all")], ...(data.kind === "cross" ? [] : [[ROLLOUT, say("rollout to here")]])]);
  const shared = sharedBy(data);
  if (shared === 1) return [...combined, ...options(numbered(data.heads, 0, data.heads))];
  const groups = Array.from({ length: data.kvHeads }, (_, group) => {
    const made = element("optgroup");
    made.label = say("share keys and values {group}", { group: group + 1 });
    made.append(...options(numbered(data.heads, group * shared, shared)));
    return made;
  });
  return [...combined, ...groups];
}

function numbered(all, start, count) {
  return Array.from({ length: count }, (_, i) => [start + i, say("{n} of {all}", { n: start + i + 1, all })]);
}

function options(entries) {
  return entries.map(([value, words]) => Object.assign(element("option", "", words), { value }));
}

function syncChoices(view) {
  const { data, measured, state, page, $ } = view, flow = state.view === "flow", compare = state.view === "compare", heads = state.view === "heads";
  const flowing = flows(data);
  for (const button of $("tabs").children) {
    button.setAttribute("aria-pressed", String(button.dataset.view === state.view));
    if (button.dataset.view !== "flow") continue;
    button.disabled = !flowing;
    button.title = flowing ? "" : data.kind === "cross" ? say("Cross-attention goes from one text to another: nothing flows on.") : say("This file holds one layer only.");
  }
  for (const button of page.querySelectorAll("[data-step^='head,']")) button.disabled = flow;
  for (const name of ["head", "from", "to"]) $(name).disabled = flow;
  $("choices").hidden = heads || state.view === "off";
  $("versus").hidden = !compare;
  $("steps-b").hidden = state.with !== "head";
  $("which").hidden = !compare || state.with !== "head";
  $("another").hidden = state.with !== "text" || ask === null;
  $("with").options[1].disabled = ask === null && view.other === null;
  for (const name of [...NUMBERS, "with"]) $(name).value = state[name];
  const other = state.with === "text" && view.other ? view.other : data;
  for (const [layer, head, of] of [["layer", "head", data], ["layerB", "headB", other]]) {
    for (const option of $(layer).options) option.disabled = !available(of, Number(option.value), state[head]);
    for (const option of $(head).options) option.disabled = !available(of, state[layer], Number(option.value));
  }
  $("measure").value = state.measure;
  for (const option of $("measure").options) option.disabled = !(option.value in data.shares) || (ask === null && !(option.value in measured));
  $("measure").title = "norms" in data.shares ? "" : say("The values of this model are not known by their names. All bundled models have norms.");
  $("words").checked = state.words;
  $("hide").checked = !state.special;
  $("root").checked = state.root;
}
