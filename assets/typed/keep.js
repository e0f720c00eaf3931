// Keeps what is typed into text fields for as long as the browser's tab is open, so that neither a lost connection nor a
// restart of the server, after both of which Gradio loads the page anew, takes it away. Nothing leaves the browser.
const TYPED = "glassbox-typed:";

function typedFields(ids) {
  const written = (id) => document.querySelector(`#${CSS.escape(id)} :is(textarea, input)`);
  // A browser that forbids storage keeps nothing; typing goes on as ever.
  const stored = (act) => {
    try {
      return act(sessionStorage);
    } catch {
      return null;
    }
  };
  const keep = (id) => {
    const field = written(id);
    if (field) stored((storage) => storage.setItem(TYPED + id, field.value));
  };
  return {
    watch() {
      document.addEventListener("input", (event) => {
        const id = ids.find((each) => event.target.closest?.(`#${CSS.escape(each)}`));
        if (id) keep(id);
      });
      // What an example or a button wrote is no input event.
      addEventListener("pagehide", () => ids.forEach(keep));
    },
    // The kept values, unless the page was opened by a link. A field without one is left as it is at this moment: an
    // example may be filling it.
    restored() {
      const [entry] = performance.getEntriesByType("navigation");
      if (location.hash.startsWith("#link=") && entry?.type !== "reload") {
        stored((storage) => ids.forEach((id) => storage.removeItem(TYPED + id)));
      }
      return ids.map((id) => stored((storage) => storage.getItem(TYPED + id)) ?? { __type__: "update" });
    },
  };
}
