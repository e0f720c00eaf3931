// Shared by the tour and the lessons: both open tabs of the live page, highlight a part of it, and keep the visitor's
// progress in this browser only.

// Where the browser forbids storage, nothing is kept.
function keptHere(act) {
  try {
    return act(localStorage);
  } catch {
    return null;
  }
}

function pressable(label, press, className = "") {
  const made = make("button", className, label);
  made.type = "button";
  made.addEventListener("click", press);
  return made;
}

function openTab(name) {
  const tab = document.querySelector(`#tabs .tab-container:not(.visually-hidden) [data-tab-id="${name}"]`);
  if (tab?.getAttribute("aria-selected") !== "true") tab?.click();
}

// The first visible element of `selector`; a tab's parts appear a little after it is opened.
async function seen(selector) {
  for (let look = 0; look < 60; look++) {
    const node = document.querySelector(selector);
    if (node?.offsetParent) return node;
    await new Promise((soon) => setTimeout(soon, 100));
  }
  return null;
}

// Lights up one part of the page at a time.
function spotlight() {
  let lit = null;
  const dim = () => lit?.classList.remove("tour-lit");
  return {
    dim,
    on(node, block = "center") {
      dim();
      lit = node;
      lit?.classList.add("tour-lit");
      lit?.scrollIntoView({ block });
    },
  };
}
