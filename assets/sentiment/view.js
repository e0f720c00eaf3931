// Draws the sentiment of a text: three bars, its sentences, and its words shaded by what each one did. All that a
// visitor wrote goes through textContent.
const root = element.querySelector(".feeling");
const NAMES = { negative: say("negative"), neutral: say("neutral"), positive: say("positive") };
const percent = (p) => (p > 0 && p < 0.01 ? "<1%" : p < 1 && p > 0.99 ? ">99%" : `${Math.round(p * 100)}%`);
const signed = (x) => `${x < 0 ? "−" : "+"}${Math.abs(x).toFixed(2)}`;

function bar(name, score, chosen) {
  const fill = make("span", `feeling-fill feeling-${name}`);
  fill.style.width = `${score * 100}%`;
  const row = make("div", chosen ? "feeling-row feeling-chosen" : "feeling-row");
  row.append(make("span", "feeling-name", NAMES[name]), make("span", "feeling-bar", fill), make("span", "feeling-percent", percent(score)));
  return row;
}

function effect(piece) {
  const effect = signed(piece.effect);
  return piece.effect < 0 ? say("{effect} towards negative", { effect }) : say("{effect} towards positive", { effect });
}

function word(piece) {
  const node = make("span", `feeling-word feeling-to-${piece.effect < 0 ? "negative" : "positive"}`, piece.text);
  const strength = Math.min(1, Math.abs(piece.effect));
  node.style.setProperty("--strength", strength);
  node.classList.toggle("feeling-strong", strength >= 0.25);
  node.title = effect(piece);
  node.tabIndex = -1;
  node.setAttribute("role", "option");
  node.setAttribute("aria-label", `${piece.text}, ${effect(piece)}`);
  node.piece = piece;
  return node;
}

function sentence(one, classes) {
  const strip = make("span", "feeling-strip");
  for (const name of classes) {
    const part = make("span", `feeling-fill feeling-${name}`);
    part.style.width = `${one.scores[name] * 100}%`;
    strip.append(part);
  }
  strip.title = classes.map((name) => `${NAMES[name]} ${percent(one.scores[name])}`).join(", ");
  return make("li", "feeling-sentence", make("span", "feeling-sentence-text", one.text), strip, make("span", "feeling-label", `${NAMES[one.label]} ${percent(one.scores[one.label])}`));
}

function words(value) {
  const text = make("div", "feeling-text");
  text.setAttribute("role", "listbox");
  text.setAttribute("aria-label", say("The words, with what each one did"));
  text.append(...value.pieces.map((piece) => ("effect" in piece ? word(piece) : document.createTextNode(piece.text))));
  const first = text.querySelector(".feeling-word");
  if (first) first.tabIndex = 0;
  const detail = make("p", "feeling-detail", value.measured ? say("Point at a word, or walk with the arrow keys.") : say("Measuring the words…"));
  detail.setAttribute("aria-live", "polite");
  const show = (event) => {
    const node = event.target.closest(".feeling-word");
    if (node) detail.textContent = `“${node.piece.text}” ${effect(node.piece)}`;
  };
  for (const kind of ["pointerover", "focusin", "click"]) text.addEventListener(kind, show);
  text.addEventListener("keydown", (event) => walkFocus(event, [...text.querySelectorAll(".feeling-word")]));
  const scale = make("p", "feeling-scale", make("span", "", say("towards negative −1")), make("span", "feeling-ramp"), make("span", "", say("+1 towards positive")));
  return [text, scale, detail];
}

function draw(value) {
  if (!value || !value.scores) return root.replaceChildren();
  const verdict = make("p", "feeling-verdict", NAMES[value.label]);
  const bars = make("div", "feeling-bars", ...value.classes.map((name) => bar(name, value.scores[name], name === value.label)));
  if (!value.classes.includes("neutral")) bars.append(make("p", "feeling-detail", say("This model has no neutral class.")));
  const parts = [verdict, bars, ...words(value)];
  if (value.sentences.length > 1) parts.push(make("h3", "feeling-title", say("Sentence by sentence")), make("ol", "feeling-sentences", ...value.sentences.map((one) => sentence(one, value.classes))));
  root.replaceChildren(...parts);
}
drawn(draw);
