// One step at a time: what to predict, to press and to find, checked against what the page shows.
// The lessons received so far, in the visitor's language; a missing one is requested and arrives as the value of this view.
const known = new Map();
let wanted = null;
function ask(name, step = 0) {
  wanted = [name, step];
  if (known.has(name)) show(step, known.get(name));
  else if (!name && index.length) showList();
  else trigger("submit", { lesson: name });
}

function show(step, chosen = lesson) {
  lesson = chosen;
  at = Math.min(Math.max(0, step), lesson.steps.length - 1);
  [guess, typed, done, vain] = [undefined, "", false, 0];
  history.replaceState(history.state, "", `#lesson=${lesson.name}.${at + 1}`);
  const { tab, title, say: words, guess: question, inputs } = lesson.steps[at];
  // The tab's opening must not overwrite what this step fills in.
  (window.glassboxOpened ??= new Set()).add(tab);
  openTab(tab);
  watchTabs();
  panel.ariaBusy = String(Boolean(inputs));
  if (inputs) trigger("select", { lesson: lesson.name, step: at });
  const bar = make("progress", "lesson-bar");
  Object.assign(bar, { max: lesson.steps.length, value: at + 1, ariaLabel: say("Step {n} of {all}", { n: at + 1, all: lesson.steps.length }) });
  parts = { more: make("div", ""), said: make("div", "lesson-said"), row: make("div", "lesson-row") };
  parts.said.setAttribute("role", "status");
  const count = make("small", "", `${lesson.title} · ${say("step {n} of {all}", { n: at + 1, all: lesson.steps.length })}`);
  appear(head(title, count), bar, ...paragraphs(words), ...(question ? [choices(question)] : []), parts.more, parts.said, parts.row);
  if (!question) askFor();
  fillRow();
  spot();
}

async function spot() {
  const step = lesson.steps[at], node = step.at && (await seen(step.at));
  if (lesson?.steps[at] === step && node) light.on(node, innerWidth < 1000 ? "start" : "nearest");
}

// A prediction comes before each press.
function choices({ ask, options }) {
  const name = `lesson-guess-${at}`, field = make("fieldset", "lesson-guess", make("legend", "", ask));
  options.forEach((words, i) => {
    const input = Object.assign(make("input", ""), { type: "radio", name, value: i });
    input.addEventListener("change", () => {
      if (done) return;
      const first = guess === undefined;
      guess = i;
      if (first) askFor();
      look();
    });
    field.append(make("label", "", input, words));
  });
  return field;
}

// What to press, and the field for the answer.
function askFor() {
  const { press, enter } = lesson.steps[at];
  const nodes = paragraphs(press, "lesson-press");
  if (enter) {
    const input = Object.assign(make("input", "lesson-answer"), { type: "text", autocomplete: "off" });
    input.addEventListener("input", () => (typed = input.value));
    const form = make("form", "lesson-enter", make("label", "", enter.ask, input));
    form.addEventListener("submit", (event) => (event.preventDefault(), check()));
    nodes.push(form);
  }
  parts.more.replaceChildren(...nodes);
}

const asks = () => Boolean(lesson.steps[at].done || lesson.steps[at].enter);
const met = () => allHold(lesson.steps[at].done ?? []) && (!lesson.steps[at].enter || (typed !== "" && answers(typed, lesson.steps[at].enter)));

// The buttons; if one of them has the focus, it moves to the button that leads forward.
function fillRow() {
  const focused = parts.row.contains(document.activeElement), way = pressable(say("Show me"), showMe);
  way.disabled = shown === parts;
  const last = at === lesson.steps.length - 1, ready = done || !asks();
  const forward = ready ? pressable(last ? say("Finish") : say("Next"), () => go(at + 1), "lesson-next") : pressable(say("Check"), check, "lesson-next");
  parts.row.replaceChildren(
    pressable(at ? say("Back") : say("All lessons"), () => (at ? go(at - 1) : ask(""))),
    forward,
    ...(!ready && vain ? [way, pressable(say("Skip"), () => go(at + 1))] : []),
  );
  if (focused) parts.row.querySelector(".lesson-next").focus();
}

function go(step) {
  if (step > at) keepStep(step);
  if (step >= lesson.steps.length) ask("");
  else show(step);
}

function showMessage(words, kind) {
  parts.said.className = `lesson-said lesson-${kind}`;
  parts.said.replaceChildren(...paragraphs(words));
}

// Whether the step is done; if so, its finding is shown beside the prediction.
function look() {
  if (!lesson || done || !asks() || !met()) return;
  const { guess: question, found } = lesson.steps[at];
  if (question && guess === undefined) return;
  done = true;
  const verdict = !question ? [] : guess === question.right ? [say("As you predicted: {option}.", { option: question.options[guess] })]
    : [say("You predicted: {guess}. It is: {option}.", { guess: question.options[guess], option: question.options[question.right] })];
  showMessage([...verdict, ...[found].flat()], "found");
  fillRow();
  parts.said.scrollIntoView({ block: "nearest" });
}

const mistake = () => (lesson.steps[at].wrong ?? []).find(({ when }) => allHold(when));

// A hint, after a wrong step or when nothing has been done.
function check() {
  look();
  if (done) return;
  vain += 1;
  const { guess: question, hint, done: wants } = lesson.steps[at];
  if (question && guess === undefined) showMessage(say("Predict first: choose one of the answers."), "hint");
  else if (typed !== "" && allHold(wants ?? [])) showMessage([say("That is not what the page shows. Look once more."), hint], "hint");
  else showMessage(mistake()?.hint ?? hint, "hint");
  fillRow();
}

async function showMe() {
  const step = lesson.steps[at], mine = parts, open = () => lesson !== null && parts === mine;
  shown = mine;
  fillRow();
  if (step.guess && guess === undefined) panel.querySelector(".lesson-guess input").click();
  for (const action of step.show ?? []) if (open()) await act(action, open);
  for (let tries = 0; open() && !done && tries < 100; tries++) {
    const answer = step.enter && allHold(step.done ?? []) ? valueAt(step.enter.of) : null;
    if (answer !== null) panel.querySelector(".lesson-answer").value = typed = answer;
    look();
    await new Promise((soon) => setTimeout(soon, 100));
  }
  if (!open()) return;
  shown = null;
  if (!done) fillRow();
}

// Check again soon after a change, and look for mistakes once nothing has changed for a while.
let soon = 0, later = 0;
function changed() {
  if (!lesson || done) return;
  soon ||= setTimeout(() => ((soon = 0), look()), SOON);
  clearTimeout(later);
  later = setTimeout(() => {
    if (!lesson || done || (lesson.steps[at].guess && guess === undefined)) return;
    const wrong = mistake();
    if (wrong) showMessage(wrong.hint, "hint");
  }, UNCHANGED);
}
// The tabs may not be on the page yet when this script is loaded. They are watched once, also where this is called again.
const watcher = new MutationObserver(changed);
function watchTabs() {
  const tabs = document.getElementById("tabs");
  watcher.observe(tabs, { childList: true, subtree: true, characterData: true, attributes: true });
  for (const kind of ["input", "change", "pointerup", "keyup"]) tabs.addEventListener(kind, changed);
}
// While words are being composed, Escape belongs to the input method.
panel.addEventListener("keydown", (event) => event.key === "Escape" && !event.isComposing && leave());

watch("value", () => {
  if (!props.value) return;
  const { lessons, lesson: sent } = JSON.parse(props.value);
  index = lessons;
  if (!sent) return showList();
  known.set(sent.name, sent);
  if (wanted?.[0] === sent.name) show(wanted[1], sent);
});

function followAddress() {
  const [, name, step] = location.hash.match(/^#lesson=([a-z-]+)(?:\.(\d+))?$/) ?? [];
  if (name && !(lesson?.name === name && at + 1 === Number(step))) ask(name, Number(step ?? 1) - 1);
  else if (location.hash === "#lessons" && !panel.isConnected) ask("");
}
addEventListener("hashchange", followAddress);
const actions = {
  open: followAddress,
  close: () => panel.isConnected && leave(),
  filled: () => (panel.ariaBusy = "false"),
  list: () => {
    opener = document.getElementById("lessons-start");
    if (panel.isConnected) leave();
    else ask("");
  },
};
// What the page asked for before this script was loaded is done now, and from now on at once.
const early = window.glassboxLessons ?? [];
window.glassboxLessons = { push: (action) => actions[action]() };
early.forEach(window.glassboxLessons.push);
