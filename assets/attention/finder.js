// The head finder: the heads of a bundled model by what they do, measured beforehand on texts and on repeated random tokens.

const DOINGS = {
  "previous token": say("look at the token before"),
  "next token": say("look at the token after"),
  "same token": say("look at the same token, where it stood before"),
  induction: say("look at what came after the same token before (induction)"),
  rest: say("rest on special tokens or the first one"),
  "nearby words": say("look two to five words away, as grammar often does"),
};

function finderOf({ model, layers, heads }) {
  const found = FINDER[model];
  return found && found.layers === layers && found.heads === heads ? found.habits : null;
}

function fillFinder(view) {
  const { data, state, $ } = view, found = finderOf(data), place = $("finder");
  place.hidden = ask === null;
  if (place.dataset.of === `${data.model} ${state.layer} ${state.head}`) return;
  place.dataset.of = `${data.model} ${state.layer} ${state.head}`;
  const focused = place.contains(document.activeElement) && document.activeElement.dataset.at;
  const lines = Object.entries(found ?? {}).filter(([, heads]) => heads.length).map(([habit, heads]) => {
    const line = element("li", "", DOINGS[habit] + ": ");
    for (const [layer, head, score] of heads) {
      const button = element("button", "", `${layer + 1}.${head + 1}`), current = layer === state.layer && head === state.head;
      button.type = "button";
      button.dataset.at = `${habit} ${layer} ${head}`;
      button.ariaLabel = `${placeName(layer, head)}: ${DOINGS[habit]}, ${percent(score)}`;
      if (current) button.setAttribute("aria-current", "true");
      button.addEventListener("click", () => change(view, { layer, head, ...(["heads", "off", "flow"].includes(state.view) ? { view: "matrix" } : {}) }));
      const pair = element("span");
      pair.append(button, element("small", "", percent(score)));
      line.append(pair, " ");
    }
    return line;
  });
  const note = found ? say("Layer.head, and how much of its weight goes there: the mean over texts, or over random tokens that stand twice. A click goes to the head.")
    : say("The heads of this model were not measured beforehand. “All heads” shows what they do on your text; MiniLM, SmolLM2 and the others that come with Glassbox have this list.");
  const list = element("ul", "av-chips");
  list.append(...lines);
  place.lastElementChild.replaceChildren(...(lines.length ? [list] : []), element("p", "", note));
  if (focused) place.querySelector(`[data-at="${focused}"]`)?.focus();
}

function percent(share) {
  return `${Math.round(100 * share)}%`;
}
