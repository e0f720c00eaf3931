// What a visitor ran, kept in this browser's own storage and nowhere else. `fields` are the [tab, name] of each input by
// its id on the page; `headlines` are the names of inputs, by tab, without one of which a run is not kept.
const STORED = "glassbox-history", CHANGED = "glassbox-history-changed";
const MOST_RUNS = 50, MOST_CHARACTERS = 500_000;
const EMPTY = { keep: true, runs: [] };

function kept() {
  try {
    const { keep, runs } = JSON.parse(localStorage.getItem(STORED)) ?? EMPTY;
    return { keep: keep !== false, runs: Array.isArray(runs) ? runs : [] };
  } catch {
    return EMPTY;
  }
}

// Keeps as many of the newest `runs` as fit, always including the last. False if this browser cannot store anything.
function keep(history) {
  let room = MOST_CHARACTERS;
  const runs = history.runs.slice(0, MOST_RUNS).filter((run, at) => (room -= JSON.stringify(run).length) >= 0 || at === 0);
  try {
    localStorage.setItem(STORED, JSON.stringify({ ...history, runs }));
  } catch {
    return false;
  }
  dispatchEvent(new Event(CHANGED));
  return true;
}

function recorder(fields, headlines) {
  const going = {};
  return {
    began(number, ids, values) {
      const inputs = {};
      let tab = "";
      ids.forEach((id, at) => {
        if (!(id in fields)) return;
        const [of, name] = fields[id];
        tab = of;
        inputs[name] = values[at];
      });
      const headline = headlines[tab]?.find((name) => name in inputs);
      going[number] = headline ? { tab, at: new Date().toISOString(), words: inputs[headline], inputs } : null;
    },
    ended(number, outputs) {
      const run = going[number], history = kept();
      if (run && history.keep) keep({ ...history, runs: [{ ...run, ...outcome(outputs) }, ...history.runs] });
      delete going[number];
    },
  };
}

// A short summary of the result; `outputs` are the status line and, if there is one, the result as JSON.
function outcome(outputs) {
  const status = outputs.filter((each) => typeof each === "string" && each).at(-1) ?? "";
  const json = outputs.find((each) => each && typeof each === "object") ?? {};
  const drafts = json.drafts?.[0]?.text;
  const result = json.answers ? (json.answers[0]?.text ?? say("not in the text")) : (json.summary ?? json.label ?? json.text ?? drafts);
  return { result: String(result ?? "").slice(0, 300), status };
}
