// Makes the call of an endpoint from what the fields of a tab hold. `parameters` are the [name, default] pairs that the
// endpoint takes, `fields` the places among `values` of those that the tab has a field for.
const address = () => location.origin + location.pathname.replace(/\/+$/, "");

function mirrored(endpoint, parameters, fields, values) {
  const held = Object.fromEntries(Object.entries(fields).map(([name, at]) => [name, values[at]]));
  if ("labels" in held) Object.assign(held, { labels: listed(held.labels), multiple: held.multiple === "several" });
  if (typeof held.off === "string") held.off = JSON.parse(held.off || "[]");
  if (held.seed === "") held.seed = null;
  if ("history" in held) Object.assign(held, lastSaid(held.message, held.history || []));
  return scripts(address(), endpoint, parameters.map(([name, value]) => [name, name in held ? held[name] : value]));
}

// The names in a text with commas or line breaks between them.
const listed = (text) => (text ?? "").split(/[,\n]/).map((name) => name.trim()).filter(Boolean);

// A message that was sent is already in the conversation: it is sent again, after the messages before it.
function lastSaid(message, shown) {
  const history = shown.map(({ role, content }) => ({ role, content: plain(content) }));
  const at = history.findLastIndex(({ role }) => role === "user");
  return message || at < 0 ? { message, history } : { message: history[at].content, history: history.slice(0, at) };
}

// The text of a message, less what demos/plain.py escaped for the Chatbot.
function plain(content) {
  const text = typeof content === "string" ? content : content.map((part) => part.text).join("");
  return text.replace(/&(amp|lt);/g, (_, name) => ({ amp: "&", lt: "<" })[name]);
}

// A call longer than its field scrolls, which must work by keyboard too.
const reachable = () => document.querySelectorAll(".cm-scroller[tabindex='-1']").forEach((each) => { each.tabIndex = 0; });
