// The picture goes when the page shows its own answer, or 3 seconds after its tabs; where a link opens something else, at once.
(() => {
  const picture = document.getElementById("first-picture");
  let shown = setTimeout(() => leave(), 15000), tabs = false;
  const leave = () => (picture.remove(), watch.disconnect());
  const watch = new MutationObserver(() => {
    if (document.querySelector("#answer-view mark")) return leave();
    if (tabs || !document.querySelector("[role=tab]")) return;
    tabs = true;
    clearTimeout(shown);
    shown = setTimeout(leave, 3000);
  });
  if (location.hash || new URLSearchParams(location.search).get("__theme")) return picture.remove();
  watch.observe(document.documentElement, { childList: true, subtree: true });
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => tabs && leave());
})();
