"""What the page itself does around a run, in JavaScript: it marks how each began and ended, and tells it in words.

NUMBER stands for the run's own number, IDS for those of its inputs, STOP for that of the button that ends it, and OFF
for what disables a button.
"""

# Gradio shows a stopped run as an error for as long as its cancelling takes. So the page keeps, for each kind of run by
# its number, whether it was stopped: its style hides that one error, and the status line says what it was instead.
STARTED = """(admitted, ...values) => {
  if (!admitted) return;
  const page = document.body.dataset;
  page.runNUMBER = "started";
  ((window.glassboxRuns ??= {})[STOP] ??= new Set()).add(NUMBER);
  delete page.stopped;
  for (const toast of document.querySelectorAll(".toast-message-text")) toast.dataset.old = "";
  window.glassboxHistory?.began(NUMBER, IDS, values);
}"""
STOPPED = """() => {
  const page = document.body.dataset;
  if (page.runNUMBER) page.runNUMBER = page.stopped = "stopped";
  return OFF;
}"""
# Several runs can share one Stop: it stays enabled while another of them goes on.
OVER = """() => {
  const runs = window.glassboxRuns[STOP];
  runs.delete(NUMBER);
  return runs.size ? { __type__: "update" } : OFF;
}"""
ENDED = """(...told) => {
  const page = document.body.dataset;
  const stopped = page.runNUMBER === "stopped";
  page.runNUMBER = "";
  return told.map((text) => (stopped && text ? say("{text} · stopped", { text }) : text));
}"""
# Gradio's page tells what went wrong in a corner, for some seconds, and of the status line it leaves the word "Error":
# so the reason is put there, where it stays.
FAILED = """async (first, ...others) => {
  const page = document.body.dataset;
  for (let look = 0; look < 40 && !page.stopped; look++) {
    const reason = document.querySelector(".toast-message-text.error:not([data-old])")?.textContent.trim();
    if (reason) {
      page.stopped = "told";
      page.runNUMBER = "";
      return [reason, ...others];
    }
    await new Promise((soon) => setTimeout(soon, 50));
  }
  return [first, ...others];
}"""
# The history that the browser keeps is told of a run when it begins, and when it has ended well.
RAN = "(...told) => { window.glassboxHistory?.ended(NUMBER, told); }"
