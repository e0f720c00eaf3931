// The lessons beside the live page: a list of them, and one step at a time. A step is done when the page itself shows
// what it asks for; progress is kept in this browser only.
const LEARNT = "glassbox-lessons";
const SOON = 200, UNCHANGED = 1500;
const panel = make("aside", "lesson"), light = spotlight();
let index = [], lesson = null, at = 0, opener = null;
// State of the step on screen: the chosen prediction, the typed answer, whether it is done, and the failed checks so far.
let guess, typed, done, vain;
// Every step drawn has its own parts; `shown` are the parts of the step whose way the page is showing.
let parts = {}, shown = null;

// Stored progress that cannot be read is ignored.
const learnt = () => keptHere((storage) => JSON.parse(storage.getItem(LEARNT))) ?? {};
const keepStep = (step) => keptHere((storage) => storage.setItem(LEARNT, JSON.stringify({ ...learnt(), [lesson.name]: step })));

// [Names] are of what stands on the page, `signs` are text as it is typed, and {values} are the page's own.
function paragraph(words, className = "") {
  const { read } = lesson?.steps[at] ?? {};
  const pieces = words.split(/(\[[^\]]+\]|`[^`]+`)/).filter(Boolean).map((piece) => {
    if (piece.startsWith("[")) return make("b", "lesson-name", piece.slice(1, -1));
    return piece.startsWith("`") ? make("code", "", piece.slice(1, -1)) : quoting(piece, read);
  });
  return make("p", className, ...pieces);
}

const paragraphs = (words, className) => [words ?? []].flat().map((each) => paragraph(each, className));

function head(title, ...more) {
  const heading = make("h2", "lesson-title", title);
  heading.tabIndex = -1;
  const close = pressable("×", leave, "lesson-close");
  close.setAttribute("aria-label", say("Close the lessons"));
  return make("header", "lesson-head", make("div", "", ...more, heading), close);
}

function appear(...children) {
  if (!panel.isConnected) {
    window.glassboxTour?.leave();
    document.querySelector(".gradio-container .contain").append(panel);
    document.documentElement.dataset.lesson = "";
  }
  panel.setAttribute("aria-label", lesson ? say("Lesson: {title}", { title: lesson.title }) : say("Lessons"));
  panel.replaceChildren(...children);
  panel.scrollTop = 0;
  panel.querySelector("h2").focus({ preventScroll: true });
}

function leave() {
  light.dim();
  panel.remove();
  lesson = null;
  delete document.documentElement.dataset.lesson;
  if (location.hash.startsWith("#lesson")) history.replaceState(history.state, "", location.pathname + location.search);
  (opener ?? document.getElementById("lessons-start"))?.focus();
}

function showList() {
  lesson = null;
  light.dim();
  history.replaceState(history.state, "", "#lessons");
  const reached = learnt();
  const items = index.map(({ name, title, about, steps }, i) => {
    const step = reached[name] ?? 0, far = step >= steps ? say("done") : step ? say("step {n} of {all}", { n: step + 1, all: steps }) : say("10 minutes");
    const button = pressable("", () => ask(name, step >= steps ? 0 : step), "lesson-choice");
    button.append(make("b", "", `${i + 1}. ${title}`), make("span", "", about), make("small", step >= steps ? "lesson-learnt" : "", far));
    return make("li", "", button);
  });
  appear(head(say("Lessons")), make("p", "", say("Each takes ten minutes, on this page with its own models. What you find is checked here in your browser; nothing of it is sent.")), make("ol", "lesson-list", ...items));
}
