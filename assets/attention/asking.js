// What comes from the server, and what is asked of it.

function show(view, value) {
  if (!value) return;
  const sent = JSON.parse(value);
  view.waiting = "";
  if (sent.refused) view.refused = sent.refused;
  else if (sent.other) view.other = view.data.key === sent.key ? view.data : openData(sent, value);
  else if (!sent.more) open(view, sent, value);
  else {
    const data = [view.data, view.other].find(each => each?.key === sent.key);
    if (!data) return;
    addPlanes(data, sent, value);
  }
  redraw(view);
  if (view.saving) save(view, view.saving);
}

function open(view, sent, value) {
  const { state } = view, same = view.data?.model === sent.model;
  if (view.data?.text !== sent.text || view.data?.pair !== sent.pair) state.another = null;
  view.data = openData(sent, value);
  Object.assign(view, { hovered: null, locked: undefined, kept: undefined, refused: "" });
  if (!same) {
    const { layer, head, heads } = sent;
    view.other = null;
    Object.assign(state, { layer, head, layerB: layer, headB: head < 0 ? 0 : (head + 1) % heads });
  }
  // In a long text one weight far above the rest would leave all others white.
  Object.assign(state, { from: -1, to: -1 }, state.decided ? {} : { root: view.data.keys.length > LONG });
  fillChoices(view);
}

// Ask for what `data` lacks: a matrix, or the links of all layers.
function request(view, data, wanted) {
  const { key, model, text, pair } = data, { layer, head } = chosen(view);
  send(view, { key, model, text, pair, layer, head, ...wanted });
}

function requestOther(view) {
  const { data: { model }, state: { layer, head, another } } = view;
  send(view, { ...another, model, layer, head, other: true });
}

function send(view, wanted) {
  const name = JSON.stringify(wanted);
  if (ask === null || view.waiting === name) return;
  view.waiting = name;
  setTimeout(() => { if (view.waiting === name) view.waiting = ""; }, 30000);  // It may have failed: let the visitor try again.
  ask(wanted);
}

function available(data, layer, head) {
  return ask !== null || planeOf(data, layer, head) !== null;
}
