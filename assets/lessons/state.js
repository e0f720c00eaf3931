// What a lesson reads from the page: whether a step's conditions hold, and the values its texts quote.

function visible(selector) {
  return [...document.querySelectorAll(selector)].filter((node) => node.getClientRects().length);
}

function wordsOf(node) {
  if (node.type === "checkbox") return String(node.checked);
  return (node.matches("input, select, textarea") ? node.value : node.textContent).trim();
}

// The first number in a text such as "−0.87" or "30,522 tokens".
function numberIn(words) {
  const [found] = words.replaceAll("−", "-").replace(/(\d),(?=\d{3})/g, "$1").match(/-?\d+(\.\d+)?/) ?? [];
  return found === undefined ? NaN : Number(found);
}

// `at` is a selector. Of what is seen there, some element has a `text` that fits, with a number from `min` to `max` (in
// the first group of `text`, where it has one); or as many have it as `count`, one number or a range, says.
function holds({ at, text = "", min = -Infinity, max = Infinity, count, not = false }) {
  const pattern = new RegExp(text, "u");
  const fitting = visible(at).filter((node) => {
    const match = wordsOf(node).match(pattern);
    if (!match || min === -Infinity && max === Infinity) return Boolean(match);
    const value = numberIn(match[1] ?? wordsOf(node));
    return value >= min && value <= max;
  });
  const [least, most] = count === undefined ? [1, Infinity] : Array.isArray(count) ? count : [count, count];
  return (fitting.length >= least && fitting.length <= most) !== not;
}

function allHold(conditions) {
  return conditions.every(holds);
}

// What the pattern matches in the first element of the selector that contains a match.
function valueAt([selector, text = ".+"]) {
  for (const node of visible(selector)) {
    const match = wordsOf(node).match(new RegExp(text, "su"));
    if (match) return match[1] ?? match[0];
  }
  return null;
}

// `words` with each {name} replaced by the page's value.
function quoting(words, places = {}) {
  return words.replace(/\{(\w+)\}/g, (_, name) => valueAt(places[name] ?? ["none"]) ?? "…");
}

// Whether an answer that was typed is what the page has at `of`: the same number, within `within`, or the same word.
function answers(typed, { of, within = 0 }) {
  const found = valueAt(of);
  if (found === null) return false;
  const plain = (words) => words.trim().toLowerCase().replace(/^["“‘']+|["”’']+$/g, "");
  if (Number.isNaN(numberIn(found))) return plain(typed) === plain(found);
  return Math.abs(numberIn(typed) - numberIn(found)) <= within + 1e-9;
}

// Does one thing of what a step asks for, as a visitor would, or waits until a text that fits is at the selector; but
// nothing once the step is no longer `open`.
async function act([what, selector, value], open) {
  if (what === "wait") {
    for (let look = 0; look < 600 && open() && !holds({ at: selector, text: value }); look++) await new Promise((soon) => setTimeout(soon, 100));
    return;
  }
  const node = await seen(selector);
  if (!node || !open()) return;
  const dispatch = (kind) => node.dispatchEvent(new Event(kind, { bubbles: true }));
  if (what === "click") node.click();
  if (what === "focus") node.focus();
  if (what === "check" && !node.checked) node.click();
  if (what === "choose") dispatch((node.value = value) && "change");
  if (what !== "type") return;
  const kind = node.tagName === "TEXTAREA" ? HTMLTextAreaElement : HTMLInputElement;
  Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(node, value);
  dispatch("input");
}
