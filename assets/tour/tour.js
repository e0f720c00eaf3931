// A one-minute tour: five steps on the live page, each beside the part it describes. It can be left at any time, also
// with Escape. The browser remembers that it was taken or left, and its button then becomes less prominent.
const TOURED = "glassbox-toured";

const STEPS = [
  { tab: "question-answering", at: "#answer-question", say: () => say("Ask: here stand a question and its text. This answer was made beforehand; press Answer for one of your own.") },
  { tab: "question-answering", at: "#answer-view", say: () => say("See where the answer stands: it is marked in the text, each candidate with its probability.") },
  { tab: "question-answering", at: "#answer-why", press: "button.label-wrap:not(.open)", say: () => say("Open why: each word of the question and of the text, with what it did to the answer.") },
  { tab: "attention", at: "#attention-view", say: () => say("Look into a head: point at a word to see where it looks, and go through the layers and heads.") },
  { tab: "attention", at: "#attention-view", press: "[data-view=off]", say: () => say("Switch heads off: choose some here, and see what the model does without them. That was the tour.") },
];

function glassboxTour() {
  const box = make("div", ""), text = make("p", ""), row = make("div", ""), light = spotlight();
  box.id = "tour";
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-live", "polite");
  box.append(text, row);

  const stepBack = () => document.documentElement.toggleAttribute("data-toured", keptHere((storage) => storage.getItem(TOURED)) === "1");
  let turn = 0;
  const leave = () => {
    if (!box.isConnected) return;
    turn += 1;
    keptHere((storage) => storage.setItem(TOURED, "1"));
    stepBack();
    light.dim();
    removeEventListener("keydown", onKey);
    box.remove();
    document.getElementById("tour-start")?.focus({ preventScroll: true });
  };
  const onKey = (event) => {
    // While words are being composed, the key belongs to the input method.
    if (event.key === "Escape" && !event.isComposing) leave();
  };
  const show = async (at) => {
    if (at >= STEPS.length) return leave();
    const { tab, at: selector, press, say: sentence } = STEPS[at], mine = (turn += 1);
    openTab(tab);
    const node = await seen(selector);
    // The tour was left or moved on in the meantime.
    if (turn !== mine) return;
    if (press) node?.querySelector(press)?.click();
    light.on(node);
    text.textContent = sentence();
    const last = at === STEPS.length - 1;
    row.replaceChildren(
      ...(at ? [pressable(say("Back"), () => show(at - 1))] : []),
      pressable(last ? say("Done") : say("Next"), () => show(at + 1)),
      ...(last ? [] : [pressable(say("Leave the tour"), leave)]),
    );
    row.querySelector(at ? "button:nth-child(2)" : "button").focus({ preventScroll: true });
  };
  const start = () => {
    // They stand at the same edge.
    window.glassboxLessons?.push("close");
    addEventListener("keydown", onKey);
    document.body.append(box);
    box.setAttribute("aria-label", say("A tour of a minute"));
    show(0);
  };
  stepBack();
  return { start, leave };
}
