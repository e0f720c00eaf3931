// One text as tokens, shaded by how unsure the model was of each: a list to walk with the arrow keys.
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

function token(data, index) {
  const node = make("span", "token", running(data.text));
  node.style.setProperty("--unsure", `${Math.round((1 - data.probability) * 100)}%`);
  node.setAttribute("role", "option");
  node.setAttribute("aria-selected", "false");
  node.setAttribute("aria-label", `${visible(data.text)}, ${percent(data.probability)}`);
  node.tabIndex = index === 0 ? 0 : -1;
  return node;
}

// `opened(passage, index)` is called with the token that is pointed at or walked to, `pinned` with one that is chosen.
function passage(opened, pinned) {
  const root = make("section", "token-passage");
  const title = make("h3", "token-title");
  const text = written("div", "token-text");
  const note = make("p", "token-note");
  text.setAttribute("role", "listbox");
  root.append(title, text, note);
  const self = { root, nodes: [], data: [], show, mark, light };

  // Draws what has changed, so that the token in focus stays in focus while a text grows.
  function show(value) {
    title.textContent = value.title;
    note.textContent = value.note;
    text.setAttribute("aria-label", value.label || value.title);
    const same = (a, b) => a && a.text === b.text && a.probability === b.probability;
    let kept = 0;
    while (kept < value.tokens.length && same(self.data[kept], value.tokens[kept])) kept += 1;
    self.nodes.splice(kept).forEach((node) => node.remove());
    const fresh = value.tokens.slice(kept).map((each, i) => token(each, kept + i));
    text.append(...fresh);
    self.nodes.push(...fresh);
    self.data = value.tokens;
    if (self.nodes.length && !self.nodes.some((node) => node.tabIndex === 0)) self.nodes[0].tabIndex = 0;
  }

  // Marks the token at `index` as the open one, none where it is -1.
  function mark(index, pin) {
    self.nodes.forEach((node, i) => {
      node.classList.toggle("token-open", i === index);
      node.setAttribute("aria-selected", String(i === index && pin));
      if (index >= 0) node.tabIndex = i === index ? 0 : -1;
    });
  }

  // Underlines each token by `share(index)`, 0 to 1.
  function light(share) {
    self.nodes.forEach((node, i) => {
      const lit = share(i);
      if (node.lit !== lit) node.style.setProperty("--lit", lit);
      node.lit = lit;
    });
  }

  const indexOf = (event) => self.nodes.indexOf(event.target.closest(".token"));
  for (const kind of ["pointerover", "focusin"]) {
    text.addEventListener(kind, (event) => indexOf(event) >= 0 && opened(self, indexOf(event), kind === "focusin"));
  }
  text.addEventListener("click", (event) => indexOf(event) >= 0 && pinned(self, indexOf(event)));
  text.addEventListener("keydown", (event) => {
    const index = indexOf(event);
    const next = self.nodes[index + (STEPS[event.key] || 0)];
    if (event.key === "Enter" || event.key === " ") pinned(self, index);
    else if (STEPS[event.key] && next) next.focus();
    else return;
    event.preventDefault();
  });
  return self;
}
