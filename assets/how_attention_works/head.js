// The same steps on a real head: one token looks, and every token it can see answers.

const MOST_ROWS = 40, TERMS = 3;

function start() {
  root.replaceChildren(element("style", "", STYLE), element("div", "worked"));
  const page = root.lastElementChild;
  page.innerHTML = MARKUP;
  sayIn(page);
  const $ = name => page.querySelector(".worked-" + name);
  // `asked` are the places that were asked for and have no answer yet, in their order, which is that of the answers.
  let head = null, asked = [], query = 0, kept = 0, pointed = null, row = null;

  for (const name of ["layer", "head"]) $(name).addEventListener("change", request);
  for (const step of page.querySelectorAll("[data-step]")) {
    const [name, by] = step.dataset.step.split(",");
    step.addEventListener("click", () => {
      const select = $(name);
      select.selectedIndex = (select.selectedIndex + Number(by) + select.options.length) % select.options.length;
      request();
    });
  }
  $("strips").addEventListener("pointermove", event => tellNumber(event));
  $("strips").addEventListener("pointerleave", () => tellNumber(null));
  $("numbers").addEventListener("toggle", fillNumbers);
  $("body").addEventListener("failed", () => head && failed(asked.shift()));
  $("body").addEventListener("runfailed", () => head && failed());
  new MutationObserver(() => head && draw()).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  return show;

  function request() {
    $("body").classList.add("worked-waiting");
    const place = { model: head.model, text: head.text, layer: Number($("layer").value), head: Number($("head").value) };
    asked.push(place);
    ask(place);
  }

  // The head that is still drawn is named as an earlier one, where the choice was made, until another one is shown.
  function failed(place) {
    showFailure(place ? say("Layer {layer}, head {head} could not be shown. Below is still the head from before.", { layer: place.layer + 1, head: place.head + 1 }) : say("This run failed. Below is still the head from before."));
    if (!asked.length) settle();
  }

  function showFailure(words) {
    $("failed").textContent = words;
    $("body").classList.toggle("worked-earlier", Boolean(words));
  }

  function show(value) {
    if (!value) return;
    const before = head;
    head = opened(JSON.parse(value));
    if (before?.text !== head.text || before.model !== head.model) [query, kept] = firstPair(head);
    pointed = null;
    // A visitor who steps on before an answer has come continues from the current choice, not from that answer.
    const answered = asked.findIndex(place => ["model", "text", "layer", "head"].every(name => place[name] === head[name]));
    asked = answered < 0 ? [] : asked.slice(answered + 1);
    if (!asked.length) settle();
    showFailure("");
    $("empty").hidden = true;
    $("body").hidden = false;
    $("caption").textContent = caption(head);
    draw();
  }

  // The choices are those of the head on screen, and nothing is waited for: the answer is there, or it failed.
  function settle() {
    choices("layer", head.layers, head.layer);
    choices("head", head.heads, head.head);
    $("body").classList.remove("worked-waiting");
  }

  function choices(name, count, chosen) {
    $(name).replaceChildren(...Array.from({ length: count }, (_, i) => new Option(say("{n} of {all}", { n: i + 1, all: count }), i, false, i === chosen)));
  }

  function draw() {
    row = rowOf(head, query);
    kept = Math.min(kept, row.weights.length - 1);
    fillSentence();
    fillKeys();
    drawPair();
  }

  function look(token) {
    query = token;
    pointed = null;
    draw();
    $("sentence").children[token].focus();
  }

  function point(key) {
    pointed = key;
    drawPair();
  }

  function keep(key) {
    [kept, pointed] = [key, null];
    drawPair();
  }

  function fillSentence() {
    $("sentence").replaceChildren(...head.tokens.map((token, i) => {
      const word = button("worked-word", token, () => look(i)), weight = row.weights[i];
      word.style.setProperty("--share", weight ?? 0);
      word.tabIndex = i === query ? 0 : -1;
      word.setAttribute("aria-pressed", String(i === query));
      if (weight === undefined) word.classList.add("worked-later");
      else word.addEventListener("pointerenter", () => point(i));
      word.addEventListener("pointerleave", () => point(null));
      word.addEventListener("keydown", event => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key], next = i + step;
        if (!step || !head.tokens[next]) return;
        event.preventDefault();
        look(next);
      });
      return word;
    }));
  }

  function fillKeys() {
    const table = element("table"), top = table.createTHead().insertRow(), body = table.createTBody(), foot = table.createTFoot().insertRow();
    const shown = largest(row.weights, MOST_ROWS), width = head.queries[0].length;
    const heading = (words, name) => top.append(Object.assign(element("th", name, ...words), { scope: "col" }));
    heading([say("key")], "");
    heading([term("K", "k")], "worked-wide");
    heading([term("Q", "q"), " · ", term("K", "k")], "");
    heading([head.divided], "");
    heading(["softmax"], "");
    heading([term("V", "v")], "worked-wide");
    for (const key of shown) {
      const line = body.insertRow(), bar = element("span", "worked-bar");
      line.dataset.key = key;
      bar.style.setProperty("--share", row.weights[key]);
      line.append(Object.assign(element("th", "", button("", head.tokens[key], () => keep(key))), { scope: "row" }));
      cell(line, "worked-wide", strip(head.keys[key], head.widest.keys));
      cell(line, "worked-digits", written(row.scores[key], 2));
      cell(line, "worked-digits", written(row.scaled[key], 2));
      cell(line, "worked-weight", bar, element("span", "", written(row.weights[key])));
      line.querySelector(".worked-weight").dataset.value = row.weights[key];
      cell(line, "worked-wide", strip(head.values[key], head.widest.values));
      line.addEventListener("pointerenter", () => point(key));
      line.addEventListener("pointerleave", () => point(null));
      line.addEventListener("click", () => keep(key));
    }
    const output = product([row.weights], head.values.slice(0, row.weights.length))[0];
    foot.append(Object.assign(element("th", "", say("what “{token}” takes", { token: head.tokens[query] })), { scope: "row" }));
    cell(foot, "worked-wide");
    cell(foot, "");
    cell(foot, "");
    cell(foot, "worked-weight", element("span", "worked-bar worked-none"), element("span", "", "1"));
    cell(foot, "worked-wide", strip(output, head.widest.values));
    $("keys").replaceWith(table);
    table.className = "worked-keys";
    table.setAttribute("aria-label", say("Every token that “{token}” can see: {n} numbers each, score and weight", { token: head.tokens[query], n: width }));
    const others = row.weights.length - shown.length;
    const held = 1 - shown.reduce((sum, key) => sum + row.weights[key], 0);
    $("rest").textContent = others > 0 ? sayCount(others, "The other token holds {weight}.", "The other {n} tokens hold {weight} together.", { weight: written(Math.max(0, held)) }) : "";
  }

  function cell(line, name, ...inside) {
    const made = line.insertCell();
    made.className = name;
    made.append(...inside);
  }

  // A vector as a strip of colours: green above 0, purple below, as strong as the root of the size.
  function strip(vector, widest) {
    const canvas = element("canvas", "worked-strip"), style = getComputedStyle(page), context = canvas.getContext("2d");
    canvas.width = vector.length;
    canvas.height = 1;
    canvas.setAttribute("aria-hidden", "true");
    vector.forEach((value, i) => {
      context.globalAlpha = Math.sqrt(Math.min(1, Math.abs(value) / widest));
      context.fillStyle = style.getPropertyValue(value < 0 ? "--worked-negative" : "--worked-positive");
      context.fillRect(i, 0, 1, 1);
    });
    return canvas;
  }

  function drawPair() {
    const key = pointed ?? kept, q = head.queries[query], k = head.keys[key], products = q.map((value, i) => value * k[i]);
    const looks = head.tokens[query], seen = head.tokens[key], together = Math.max(...products.map(Math.abs));
    const labelled = (words, vector, widest) => [element("span", "worked-label", ...words), strip(vector, widest), element("span", "worked-limit", `±${written(widest, 2)}`)];
    $("strips").replaceChildren(
      ...labelled([term("Q", "q"), ` ${looks}`], q, head.widest.queries),
      ...labelled([term("K", "k"), ` ${seen}`], k, head.widest.keys),
      ...labelled([term("Q", "q"), " × ", term("K", "k")], products, together),
    );
    $("text").replaceChildren(...saidOfPair(head, row, query, key));
    for (const line of page.querySelectorAll("[data-key]")) {
      const here = Number(line.dataset.key) === key;
      line.classList.toggle("worked-lit", here);
      line.querySelector("button").setAttribute("aria-pressed", String(here));
    }
    [...$("sentence").children].forEach((word, i) => word.classList.toggle("worked-there", i === key));
    tellNumber(null);
    fillNumbers();
  }

  function tellNumber(event) {
    const canvas = event?.target.closest(".worked-strip");
    const width = head?.queries[0].length;
    if (!canvas) return void ($("number").textContent = head ? say("Each strip is {n} numbers: green above 0, purple below. Point at one.", { n: width }) : "");
    const frame = canvas.getBoundingClientRect(), i = Math.max(0, Math.min(width - 1, Math.floor(((event.clientX - frame.left) / frame.width) * width)));
    const q = head.queries[query][i], k = head.keys[pointed ?? kept][i];
    $("number").replaceChildren(`${say("Number {n} of {all}:", { n: i + 1, all: width })} `, times("Q", written(q), "K", written(k)), ` = ${written(q * k)}`);
  }

  function fillNumbers() {
    if (!$("numbers").open || !head) return;
    const table = element("table"), top = table.createTHead().insertRow(), body = table.createTBody(), key = pointed ?? kept;
    for (const words of [say("number"), "q", "k", "q × k"]) top.append(Object.assign(element("th", "", words), { scope: "col" }));
    head.queries[query].forEach((q, i) => {
      const line = body.insertRow(), k = head.keys[key][i];
      line.append(Object.assign(element("th", "", String(i + 1)), { scope: "row" }));
      for (const value of [q, k, q * k]) cell(line, "worked-digits", written(value));
    });
    $("numbers").lastElementChild.replaceChildren(table);
  }
}
