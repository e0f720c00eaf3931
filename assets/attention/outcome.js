// The model's own result, before and after: in words and in bars side by side.

function fillOutcome(view) {
  const { state, $ } = view, found = outcomeOf(view), place = $("outcome");
  place.hidden = !state.off.length && state.view !== "off";
  if (place.hidden) return;
  const title = state.off.length ? say("With {n} off", { n: state.off.map(one => switchName(view.data, one)).join("; ") }) : say("The model’s own result");
  if (!found) return void place.replaceChildren(element("h3", "", title), element("p", "", ask === null ? say("This file does not hold what the model says then.") : say("The model reads the text again…")));
  if (found.refused) return void place.replaceChildren(element("h3", "", title), element("p", "", found.refused));
  const off = state.off.length > 0, parts = [element("h3", "", title)];
  // A vector and a translation are only ever compared with those from before.
  if (!off && ["vector", "translation"].includes(found.kind)) return void place.replaceChildren(...parts, element("p", "", say("Switch something off to see what changes.")));
  parts.push(headline(found, off));
  if (off && found.said && found.kind !== "classes") parts.push(texts(found));
  place.replaceChildren(...parts, barsOf(view, found, off), element("p", "av-run", say("{seconds} s on the copy of {model} that shows its attention, not on the one that serves.", { seconds: found.seconds.toFixed(1), model: found.model })));
}

// What is measured, before and after.
function headline({ kind, of, before, after, effect }, off) {
  const number = value => element("b", "", kind === "classes" && of === "balance" ? signedOrZero(value) : value.toFixed(digitsOf(kind))), line = element("p", "av-headline");
  line.append(measured(kind, of), " ", number(before));
  if (off) line.append(" → ", number(after), ` (${signedOrZero(effect, digitsOf(kind))})`);
  return line;
}

// One head turns a text's vector by less than a hundredth.
function digitsOf(kind) {
  return kind === "vector" ? 3 : 2;
}

function signedOrZero(value, digits = 2) {
  return (Math.abs(value) < 0.5 * 10 ** -digits ? "±" : value < 0 ? "−" : "+") + Math.abs(value).toFixed(digits);
}

function measured(kind, of) {
  if (kind === "next token") return isolated(say("Probability that {token} comes next:", { token: `“${of.trim() || of}”` }));
  if (kind === "classes") return of === "balance" ? say("Balance, positive less negative:") : say("Probability of {name}:", { name: of });
  if (kind === "answer") return isolated(say("Probability of the answer {text}:", { text: of === "no answer" ? say("no answer") : `“${of}”` }));
  if (kind === "translation") return say("How probable the text from before is, per token:");
  return say("Cosine of the text’s vector with the one before:");
}

function isolated(words) {
  return written("span", words);
}

// What the model writes, or answers, side by side.
function texts({ said, of }) {
  const pair = element("div", "av-said");
  [say("before"), say("after")].forEach((name, i) => {
    const part = element("p");
    part.append(element("b", "", name), " ", isolated(said[i] === "no answer" ? say("no answer") : said[i] || "–"));
    part.classList.toggle("av-changed", i === 1 && said[1] !== said[0]);
    pair.append(part);
  });
  return pair;
}

// A row for each choice, its probability before and after as bars with one scale; where nothing is off, one bar.
function barsOf({ theme }, { kind, bars }, off) {
  const table = element("table", "av-beside"), head = table.createTHead().insertRow(), body = table.createTBody();
  const name = kind === "vector" || kind === "translation" ? say("token") : kind === "classes" ? say("class") : kind === "answer" ? say("answer") : say("next token");
  for (const words of [name, ...(off ? [say("before"), say("after"), say("change")] : [say("probability")])]) head.append(Object.assign(element("th", "", words), { scope: "col" }));
  for (const { name, before, after } of bars) {
    const line = body.insertRow(), title = Object.assign(written("th", barName(kind, name)), { scope: "row" });
    line.append(title);
    for (const [value, colour] of off ? [[before, theme.muted], [after, theme.accent]] : [[before, theme.accent]]) {
      const cell = line.insertCell(), frame = element("span", "av-bar-frame"), bar = element("i");
      Object.assign(bar.style, { width: `${100 * Math.max(0, value)}%`, background: colour });
      frame.append(bar);
      cell.append(frame, element("em", "", value.toFixed(digitsOf(kind))));
    }
    if (!off) continue;
    const change = line.insertCell();
    change.textContent = signedOrZero(after - before, digitsOf(kind));
    change.style.color = change.textContent.startsWith("±") ? "" : cssOf(theme.signs.at(after < before ? 0 : -1));
  }
  return table;
}

function barName(kind, name) {
  return kind === "classes" || name === "no answer" ? translated(name) : JSON.stringify(name).slice(1, -1).replace(/^ /, "␣");
}
