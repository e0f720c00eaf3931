"""JavaScript that runs in the page before and after each run: it records its state and announces it.

NUMBER stands for the run's own number, IDS for those of its inputs, STOP for that of the button that ends it, OFF for
what disables a button, ALONE for whether the run ends the others that share its Stop button, and ANEW for whether it
begins again also with the same inputs, since it reads the data of its event.
"""

import json
from collections.abc import Mapping
from typing import Any

# A cancelled run may still deliver one message, so the next change waits until the runs of this Stop button are over.
SETTLED = """async () => {
  const runs = window.glassboxRuns?.[STOP];
  const button = document.getElementById(STOP);
  let pressed = false;
  for (let look = 0; look < 100 && runs?.size; look++) {
    if (!pressed && !button.disabled) {
      button.click();
      pressed = true;
    }
    await new Promise((soon) => setTimeout(soon, 50));
  }
}"""

# Gradio starts a run once at a time: asked for again with the same inputs it goes on, and with others it is replaced.
# Gradio shows a stopped run as an error until it is cancelled. So the page records which runs were stopped, by their
# numbers: its style hides that error, and the status line says that the run was stopped.
STARTED = """async (admitted, ...values) => {
  if (!admitted) return;
  const page = document.body.dataset;
  const runs = ((window.glassboxRuns ??= {})[STOP] ??= new Map());
  const asked = JSON.stringify(values);
  if (!ANEW && runs.get(NUMBER) === asked) return;
  if (ALONE || runs.has(NUMBER)) await (SETTLED)();
  page.runNUMBER = "started";
  runs.set(NUMBER, asked);
  delete page.stopped;
  for (const toast of document.querySelectorAll(".toast-message-text")) toast.dataset.old = "";
  window.glassboxHistory?.began(NUMBER, IDS, values);
}"""
STOPPED = """() => {
  const page = document.body.dataset;
  if (page.runNUMBER) page.runNUMBER = page.stopped = "stopped";
  return OFF;
}"""
# Several runs can share one Stop: it stays enabled while another of them runs.
OVER = """() => {
  const runs = window.glassboxRuns[STOP];
  runs.delete(NUMBER);
  return runs.size ? { __type__: "update" } : OFF;
}"""
ENDED = """(...lines) => {
  const page = document.body.dataset;
  const stopped = page.runNUMBER === "stopped";
  page.runNUMBER = "";
  return lines.map((text) => (stopped && text ? say("{text} · stopped", { text }) : text));
}"""
# Gradio shows an error in a corner for some seconds and replaces the status line by the word "Error": so the reason is
# put there, where it stays. Where none comes, the lines may show another run by now, and are left as they are.
FAILED = """async (_, ...others) => {
  const page = document.body.dataset;
  const same = { __type__: "update" }, rest = others.map(() => same);
  for (let look = 0; look < 40 && !page.stopped; look++) {
    const reason = document.querySelector(".toast-message-text.error:not([data-old])")?.textContent.trim();
    if (reason) {
      page.stopped = "shown";
      page.runNUMBER = "";
      return [reason, ...rest];
    }
    await new Promise((soon) => setTimeout(soon, 50));
  }
  return [same, ...rest];
}"""
# The history that the browser keeps is notified when a run begins, and when it has succeeded.
RAN = "(...values) => { window.glassboxHistory?.ended(NUMBER, values); }"


def marked(code: str, marks: Mapping[str, Any]) -> str:
    """`code` with the value of each of the `marks`."""
    for name, value in marks.items():
        code = code.replace(name, json.dumps(value))
    return code
