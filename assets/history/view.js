// Lists the runs kept in this browser; pressing one fills in its tab. All text is inserted as text.
const root = element.querySelector(".history");
sayIn(root);
const LETTERS = 120;
const part = (name) => root.querySelector(`.history-${name}`);

function make(className, words) {
  const made = document.createElement("span");
  made.className = className;
  made.textContent = words;
  return made;
}

function row(run) {
  const item = document.createElement("li"), button = document.createElement("button");
  // Chinese has no spaces to count its words by.
  const said = [...String(run.words ?? "").trim().split(/\s+/).slice(0, 12).join(" ")].slice(0, LETTERS).join("");
  const when = new Date(run.at).toLocaleString(document.documentElement.lang || "en", { dateStyle: "medium", timeStyle: "short" });
  button.type = "button";
  button.append(
    make("history-tab", translated(props.titles[run.tab] ?? run.tab)), make("history-words", said),
    make("history-result", run.result || run.status), make("history-when", when),
  );
  button.addEventListener("click", () => trigger("select", { tab: run.tab, inputs: run.inputs }));
  item.append(button);
  return item;
}

function draw() {
  const history = kept(), count = history.runs.length;
  part("keep").checked = history.keep;
  part("export").disabled = part("clear").disabled = !count;
  part("runs").replaceChildren(...history.runs.map(row));
  const are = sayCount(count, "{n} run is kept; press it to fill its tab in again.", "{n} runs are kept, the newest first; press one to fill its tab in again.");
  part("text").textContent = `${count ? are : say("Nothing is kept.")} ${say("What is kept is in this browser alone, never on the server.")}`;
}

part("keep").addEventListener("change", (event) => {
  if (!keep({ ...kept(), keep: event.target.checked })) part("text").textContent = say("This browser does not allow the page to store data.");
});
part("clear").addEventListener("click", () => keep({ ...kept(), runs: [] }));
part("export").addEventListener("click", () => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(kept().runs, null, 2)], { type: "application/json" }));
  link.download = "glassbox-history.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
});
addEventListener(CHANGED, draw);
// Other windows of this browser share the same storage.
addEventListener("storage", (event) => event.key === STORED && draw());
draw();
