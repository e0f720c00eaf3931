// What comes from the server, and what is asked of it.

function show(view, value) {
  if (!value) return;
  const sent = JSON.parse(value);
  // Heads are switched off and ranked beside all else that is asked for; a ranking sends its progress many times.
  const beside = sent.role === "off" || sent.role === "ranking";
  if (!beside) view.waiting = "";
  if (beside) {
    if (!Object.values(view.measured).some(({ key }) => key === sent.key)) return;
    if (sent.role === "ranking") view.ranking = { ...sent, value };
    else {
      view.outcomes.set(JSON.stringify(sent.off), { ...sent, value });
      view.waitingForOutcome = "";
    }
  } else if (sent.refused) view.refused = sent.refused;
  else if (sent.role === "other") view.other = view.data.key === sent.key ? view.data : openData(sent, value);
  else if (sent.role === "again") view.measured[sent.measure] = openData(sent, value);
  else if (!sent.more) open(view, sent, value);
  else {
    const data = [...Object.values(view.measured), view.other].find(each => each?.key === sent.key);
    if (!data) return;
    addPlanes(data, sent, value);
  }
  redraw(view);
  if (view.saving && !beside) save(view, view.saving);
}

function open(view, sent, value) {
  const { state } = view, same = view.data?.model === sent.model;
  if (view.data?.text !== sent.text || view.data?.pair !== sent.pair) state.another = null;
  // What one token has of another is of this text alone.
  if (!same) state.off = sent.off ?? [];
  else if (view.data.text !== sent.text || view.data.pair !== sent.pair) state.off = state.off.filter(({ from }) => from === undefined);
  Object.assign(view, { outcomes: new Map(), ranking: null, waitingForOutcome: "" });
  view.data = openData(sent, value);
  view.measured = { [sent.measure]: view.data };
  state.measure = sent.measure;
  Object.assign(view, { hovered: null, locked: undefined, kept: undefined, saving: null, refused: "" });
  if (!same) {
    const { layer, head, heads } = sent;
    Object.assign(view, { other: null, cell: null });
    Object.assign(state, { layer, head, layerB: layer, headB: head < 0 ? 0 : (head + 1) % heads });
  }
  // In a long text one weight far above the rest would leave all others white.
  Object.assign(state, { from: -1, to: -1 }, state.decided ? {} : { root: view.data.keys.length > LONG });
  fillChoices(view);
}

// The same text by the measure that was chosen; it is asked for where it has not come yet.
function remeasure(view) {
  const { data, state: { measure } } = view;
  if (data.measure === measure) return;
  if (view.measured[measure]) view.data = view.measured[measure];
  else request(view, data, { measure, again: true });
}

// Ask for what `data` lacks: a matrix, or the links of all layers.
function request(view, data, wanted) {
  const { key, model, text, pair, measure } = data, { layer, head } = chosen(view);
  send(view, { key, model, text, pair, layer, head, measure, ...wanted });
}

function requestOther(view) {
  const { data: { model, measure }, state: { layer, head, another } } = view;
  send(view, { ...another, model, layer, head, measure, other: true });
}

function send(view, wanted, place = "waiting") {
  const name = JSON.stringify(wanted);
  if (ask === null || view[place] === name) return;
  view[place] = name;
  setTimeout(() => { if (view[place] === name) view[place] = ""; }, 30000);  // It may have failed: let the visitor try again.
  ask(wanted);
}

function available(data, layer, head) {
  return ask !== null || planeOf(data, layer, head) !== null;
}
