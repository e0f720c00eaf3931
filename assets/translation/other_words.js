// The words that could stand at a place of the translation, to take one of them. All texts go through textContent.
const root = element.querySelector(".others");
const list = root.querySelector(".others-list");
const undo = root.querySelector(".branch-undo");
sayIn(root);

function button({ text, probability }, number) {
  const share = probability < 0.01 ? "<1%" : `${Math.round(100 * probability)}%`;
  const node = make("button", "others-word", make("bdi", "", text), make("small", "", ` ${share}`));
  node.type = "button";
  node.ariaLabel = say("Take “{word}” here and write the rest anew: {share}", { word: text, share });
  node.addEventListener("click", () => trigger("select", { other: number, place: props.value.place }));
  return node;
}

// The pressed button disappears, so the focus moves to the word it changed.
function draw() {
  const inside = root.contains(document.activeElement);
  const { others = [], note = "", undo: can = false } = props.value || {};
  root.hidden = !others.length && !note && !can;
  root.querySelector(".others-note").textContent = note || (others.length ? say("Another word here, and the rest of the sentence is written anew:") : "");
  list.replaceChildren(...others.map(button));
  undo.hidden = !can;
  if (!inside || (can && document.activeElement === undo)) return;
  const sentences = document.querySelector("#translation-words .aligned-sentences");
  sentences?.querySelector(sentences.dataset.asked)?.focus();
}

undo.addEventListener("click", () => trigger("undo", {}));
watch("value", draw);
draw();
