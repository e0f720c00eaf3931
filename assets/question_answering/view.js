// Draws the answers to a question: a bar for each, one for "no answer", and every answer marked at its own place in the
// text. All that a visitor or a model wrote goes through textContent.
const root = element.querySelector(".answers");
const percent = (p) => (p > 0 && p < 0.01 ? "<1%" : p < 1 && p > 0.99 ? ">99%" : `${Math.round(p * 100)}%`);

function row(kind, rank, text, score, target, place) {
  const fill = make("span", "answer-fill");
  fill.style.width = `${score * 100}%`;
  const name = make("span", "answer-name", make("span", "answer-rank", rank), make("span", "answer-text", text), place ? make("span", "answer-place", place) : undefined);
  const line = make(target ? "button" : "div", `answer-row ${kind}`, name, make("span", "answer-bar", fill), make("span", "answer-percent", percent(score)));
  if (target) {
    line.type = "button";
    line.title = say("Show its place in the text");
    line.addEventListener("click", () => reveal(target, true));
  }
  return line;
}

function reveal(mark, focus) {
  const passage = mark.closest(".passage");
  passage.scrollTop = mark.offsetTop - passage.clientHeight / 3;
  if (!focus) return;
  passage.querySelectorAll(".answer-open").forEach((other) => other.classList.remove("answer-open"));
  mark.classList.add("answer-open");
  mark.focus({ preventScroll: true });
}

function mark(piece) {
  const label = `${piece.rank} · ${percent(piece.score)}`;
  const node = make("mark", "answer-mark", piece.text, make("span", "answer-label", label));
  node.style.setProperty("--strength", piece.score);
  node.dataset.rank = piece.rank;
  node.tabIndex = 0;
  node.title = say("Answer {rank}: {share}", { rank: piece.rank, share: percent(piece.score) });
  return node;
}

// An answer in the model's own words is not in the text, so the nearest sentence is marked.
const named = ({ text, quoted }) => (quoted ? text : say("{text} (in the model's own words; the nearest sentence is marked)", { text }));

function section(result) {
  const passage = make("div", "passage");
  const marks = {};
  for (const piece of result.pieces) {
    const node = piece.rank ? mark(piece) : document.createTextNode(piece.text);
    if (piece.rank) marks[piece.rank] = node;
    passage.append(node);
  }
  passage.tabIndex = 0;
  passage.setAttribute("role", "region");
  passage.setAttribute("aria-label", say("The text, with the answers marked"));
  const verdict = make("p", result.found ? "answer-verdict" : "answer-verdict answer-none", result.found ? result.answers[0].text : say("The text does not answer this."));
  const rows = result.answers.map((answer, i) => row("", String(i + 1), named(answer), answer.score, marks[i + 1], answer.place));
  rows.push(row("answer-null", "–", say("not in the text"), result.no_answer));
  const parts = [verdict, make("div", "answer-rows", ...rows), passage];
  if (result.title) parts.unshift(make("h3", "answer-title", result.title));
  return [make("section", "answer-section", ...parts), marks[1]];
}

function draw(results) {
  const sections = (results || []).map(section);
  root.replaceChildren(...sections.map(([node]) => node));
  for (const [, best] of sections) if (best) reveal(best, false);
}
drawn(draw);
