// The page's words in the visitor's language, from the table sent with the page; words without an entry stay English.

function translated(english) {
  return globalThis.glassboxWords?.[english] ?? english;
}

// `english` with each `{name}` replaced by its value.
function say(english, values = {}) {
  return translated(english).replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// The first sentence if `n` is 1, else the second; `{n}` stands for the number.
function sayCount(n, one, many, values = {}) {
  return say(n === 1 ? one : many, { n: n.toLocaleString("en"), ...values });
}

// How many words a text has, as models/text/words.py counts them: in Chinese and Japanese each letter is one.
function countWords(text) {
  const letters = "\\u2e80-\\u2fdf\\u3040-\\u312f\\u31a0-\\u31bf\\u31f0-\\u31ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff";
  const wide = letters + "\\u{20000}-\\u{3ffff}", marks = "\\u3000-\\u303f\\uff00-\\uffef";
  const found = text.match(new RegExp(`[${wide}]|[^\\s${wide}${marks}]+`, "gu")) ?? [];
  return found.filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

// A sentence in parts, for `append`: a value may be a node.
function sayParts(english, values) {
  return translated(english).split(/(\{\w+\})/).filter(Boolean).map((part) => (/^\{\w+\}$/.test(part) ? values[part.slice(1, -1)] : part));
}

// Translate the text and the accessible names of our own markup into the visitor's language.
function sayIn(root) {
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { data } = texts.currentNode, words = data.trim();
    if (words) texts.currentNode.data = data.replace(words, () => translated(words));
  }
  for (const name of ["aria-label", "title", "placeholder"])
    for (const node of root.querySelectorAll(`[${name}]`)) node.setAttribute(name, translated(node.getAttribute(name)));
}
