// Keeps what is typed into text fields for as long as the browser's tab is open, so that neither a lost connection nor a
// restart of the server, after both of which Gradio loads the page anew, takes it away. Nothing leaves the browser.
const TYPED = "glassbox-typed:";
// For so many frames the page looks whether what is restored stands in its field.
const FRAMES = 600;

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
  // What was asked to be restored and does not stand in its field yet; null while nothing was asked for. The page may
  // be loaded again by then, as Gradio does where a server is back, and must not keep fields that are still empty.
  let pending = null;
  const keep = (id) => {
    const field = written(id);
    pending?.delete(id);
    if (field) stored((storage) => storage.setItem(TYPED + id, field.value));
  };
  // Another text is to stand in the fields, which must not be written over by what is kept.
  const forget = () => {
    pending = null;
    stored((storage) => ids.forEach((id) => storage.removeItem(TYPED + id)));
  };
  const settle = (frames) => {
    if (!pending) return;
    for (const [id, value] of pending) if (written(id)?.value === value) pending.delete(id);
    if (pending.size && frames) requestAnimationFrame(() => settle(frames - 1));
  };
  return {
    forget,
    watch() {
      document.addEventListener("input", (event) => {
        const id = ids.find((each) => event.target.closest?.(`#${CSS.escape(each)}`));
        if (id) keep(id);
      });
      // What an example or a button wrote is no input event.
      addEventListener("pagehide", () => pending && ids.filter((id) => !pending.has(id)).forEach(keep));
    },
    // The kept values, unless the page was opened by a link. A field without one is left as it is at this moment: an
    // example may be filling it.
    restored() {
      const [entry] = performance.getEntriesByType("navigation");
      if (location.hash.startsWith("#link=") && entry?.type !== "reload") forget();
      const values = ids.map((id) => stored((storage) => storage.getItem(TYPED + id)));
      pending = new Map(ids.map((id, at) => [id, values[at]]).filter(([, value]) => value !== null));
      settle(FRAMES);
      return values.map((value) => value ?? { __type__: "update" });
    },
    // What was typed into some of the fields of a tab while the server was asked what it opens on. Once it is open, a
    // link or the history may have filled them in, and they are left as they are.
    typed(tab, some) {
      const opening = window.glassboxOpening?.delete(tab);
      return some.map((id) => (opening && stored((storage) => storage.getItem(TYPED + id))) || { __type__: "update" });
    },
  };
}
