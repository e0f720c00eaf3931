// The worked example: three tokens, three numbers each, every step live while the visitor types.

const START = {
  Q: [[0.2, 0.5, 0.3], [0.4, 0.3, 0.1], [0.1, 0.2, 0.3]],
  K: [[0.1, 0.4, 0.2], [0.3, 0.2, 0.1], [0.2, 0.1, 0.3]],
  V: [[0.3, 0.1, 0.2], [0.2, 0.4, 0.1], [0.1, 0.3, 0.3]],
};
const LARGEST = 1000, WALK_MILLISECONDS = 1600;
const NAMES = { Q: say("queries"), K: say("keys"), V: say("values") };
const STEPS = {
  scores: { title: say("Scores"), how: say("every query meets every key") },
  scaled: { title: say("Scaled"), how: say("÷ √3, so that softmax stays soft") },
  weights: { title: say("Weights"), how: say("softmax: each row sums to 1") },
  output: { title: say("Output"), how: say("a mix of the values") },
};
// K is drawn transposed, so that a score stands where its query's row and its key's column cross.
const BOARD = ["Q", "×", "K", "=", "scores", "÷√3", "scaled", "weights", "×", "V", "=", "output"];

function start() {
  root.replaceChildren(element("style", "", STYLE), element("div", "worked"));
  const page = root.lastElementChild;
  page.innerHTML = MARKUP;
  sayIn(page);
  const $ = name => page.querySelector(".worked-" + name);
  let given, made, kept = ["scores", 0, 1], pointed = null, walking = 0;
  const inputs = {}, cells = {}, notes = {};

  $("tools").append(
    button("worked-walk", say("Walk me through"), () => (walking ? rest() : walkOn())),
    button("", say("Random"), () => fill(random())),
    button("", say("Reset"), () => fill(START)),
  );
  for (const name of BOARD) $("board").append(NAMES[name] ? asked(name) : STEPS[name] ? shown(name) : element("span", name === "=" ? "worked-sign worked-equals" : "worked-sign", name));
  const sums = element("section", "worked-text");
  sums.setAttribute("aria-live", "polite");
  sums.setAttribute("aria-label", say("How this number is made"));
  const slot = element("div", "worked-slot", sums), inSight = new Map();
  $("board").append(slot);
  // On a phone the sum stays in sight while the board is: it floats as long as its own place is out of view.
  const sight = new IntersectionObserver(entries => {
    for (const { target, isIntersecting } of entries) inSight.set(target, isIntersecting);
    sums.classList.toggle("worked-floating", inSight.get($("board")) && !inSight.get(slot));
  });
  sight.observe($("board"));
  sight.observe(slot);
  page.addEventListener("pointerdown", rest);
  page.addEventListener("keydown", event => event.target !== $("walk") && rest());
  fill(START);

  function titled(name, table, ...more) {
    const { title, how } = STEPS[name] ?? { title: name, how: NAMES[name] };
    const number = Object.keys(STEPS).indexOf(name) + 1;
    const symbol = name === "K" ? ["K", element("sup", "", "T")] : [title];
    const caption = element("figcaption", "", element("b", `worked-${name}`, ...(number ? [`${number} `] : []), ...symbol), element("small", "", how));
    const figure = element("figure", "", caption, table, ...more);
    figure.dataset.name = name;
    return figure;
  }

  function asked(name) {
    const letter = name.toLowerCase(), turned = name === "K", own = numbered(letter), places = ["1", "2", "3"];
    const make = (r, c) => {
      const [token, number] = turned ? [c, r] : [r, c], input = element("input");
      Object.assign(input, { inputMode: "decimal", autocomplete: "off", spellcheck: false });
      input.setAttribute("aria-label", say("{vector}, number {n}", { vector: own[token], n: number + 1 }));
      input.addEventListener("input", () => take(name, token, number));
      input.addEventListener("focus", () => input.select());
      input.addEventListener("keydown", event => {
        const step = { ArrowUp: 0.1, ArrowDown: -0.1 }[event.key];
        if (!step) return;
        event.preventDefault();
        input.value = Number((given[name][token][number] + step).toFixed(6));
        take(name, token, number);
      });
      return input;
    };
    const [table, laid] = tableOf(NAMES[name], turned ? own : places, turned ? places : own, make);
    inputs[name] = turned ? transposed(laid) : laid;
    notes[name] = element("p", "worked-note");
    notes[name].id = `worked-note-${name}`;
    notes[name].setAttribute("role", "alert");
    return titled(name, table, notes[name]);
  }

  function shown(name) {
    const down = name === "output" ? numbered("o") : numbered("q"), across = name === "output" ? ["1", "2", "3"] : numbered("k");
    const make = (r, c) => {
      const cell = button("worked-cell", "", () => keep([name, r, c]));
      cell.addEventListener("pointerenter", () => point([name, r, c]));
      cell.addEventListener("pointerleave", () => point(null));
      cell.addEventListener("focus", () => keep([name, r, c]));
      cell.addEventListener("keydown", event => walk(cells[name], event));
      return cell;
    };
    const [table, laid] = tableOf(STEPS[name].title, across, down, make);
    cells[name] = laid;
    enter(laid, laid[0][0]);
    return titled(name, table);
  }

  // A wrong number is marked at its field; until it is corrected, the last valid one counts.
  function take(name, token, number) {
    const input = inputs[name][token][number], words = input.value.trim().replace(",", ".").replace("−", "-");
    const value = words === "" ? NaN : Number(words);
    const good = Number.isFinite(value) && Math.abs(value) <= LARGEST;
    if (good) given[name][token][number] = value;
    input.toggleAttribute("data-bad", !good);
    input.setAttribute("aria-invalid", String(!good));
    if (good) input.removeAttribute("aria-describedby");
    else input.setAttribute("aria-describedby", notes[name].id);
    const bad = inputs[name].flat().find(one => one.hasAttribute("data-bad"));
    notes[name].textContent = bad ? complaint(name, bad) : "";
    show();
  }

  function complaint(name, input) {
    const place = inputs[name].flat().indexOf(input), value = given[name].flat()[place], typed = input.value.trim();
    const wrong = Number.isFinite(Number(typed.replace(",", "."))) && typed ? say("{typed} is not from −{most} to {most}", { typed, most: LARGEST }) : say("“{typed}” is not a number", { typed });
    return say("{place}: {wrong}. {value} still counts.", { place: input.getAttribute("aria-label"), wrong, value: plain(value) });
  }

  function fill(matrices) {
    given = structuredClone(matrices);
    for (const name of Object.keys(NAMES)) given[name].forEach((row, token) => row.forEach((value, number) => {
      inputs[name][token][number].value = String(value);
      inputs[name][token][number].removeAttribute("data-bad");
      inputs[name][token][number].setAttribute("aria-invalid", "false");
      inputs[name][token][number].removeAttribute("aria-describedby");
    }));
    for (const note of Object.values(notes)) note.textContent = "";
    show();
  }

  function random() {
    const number = () => Math.round(Math.random() * 200 - 100) / 100;
    return Object.fromEntries(Object.keys(NAMES).map(name => [name, START.Q.map(row => row.map(number))]));
  }

  function show() {
    made = attention(given.Q, given.K, given.V);
    for (const name of Object.keys(STEPS)) {
      const largest = Math.max(...made[name].flat().map(Math.abs)) || 1;
      made[name].forEach((row, r) => row.forEach((value, c) => {
        const cell = cells[name][r][c];
        cell.textContent = written(value);
        cell.dataset.value = value;
        cell.dataset.sign = name === "weights" ? "weight" : value < 0 ? "negative" : "positive";
        cell.style.setProperty("--share", name === "weights" ? value : Math.abs(value) / largest);
      }));
    }
    light();
  }

  function keep(place) {
    kept = place;
    const [name, r, c] = place;
    enter(cells[name], cells[name][r][c]);
    light();
  }

  function point(place) {
    if (place) rest();
    pointed = place;
    light();
  }

  // What made the number that is pointed at: its row and its column stand out, and the sum is written out.
  function light() {
    const [name, r, c] = pointed ?? kept, token = inputs.K[c];
    for (const lit of page.querySelectorAll(".worked-lit, .worked-here")) lit.classList.remove("worked-lit", "worked-here");
    cells[name][r][c].classList.add("worked-here");
    const lights = {
      scores: () => [...inputs.Q[r], ...token],
      scaled: () => [cells.scores[r][c]],
      weights: () => cells.scaled[r],
      output: () => [...cells.weights[r], ...inputs.V.map(row => row[c])],
    }[name]();
    for (const one of [...lights, page.querySelector(`[data-part=${name}]`)]) one.classList.add("worked-lit");
    sums.replaceChildren(...said(given, made, name, r, c));
  }

  function walkOn() {
    const places = Object.keys(STEPS).flatMap(name => START.Q.flatMap((_, r) => START.Q.map((_, c) => [name, r, c])));
    let at = places.findIndex(place => String(place) === String(kept));
    const next = () => {
      if (!page.isConnected) return rest();
      at = (at + 1) % places.length;
      keep(places[at]);
    };
    $("walk").textContent = say("Stop here");
    walking = setInterval(next, WALK_MILLISECONDS);
    next();
  }

  function rest(event) {
    if (event && $("walk").contains(event.target)) return;
    clearInterval(walking);
    walking = 0;
    $("walk").textContent = say("Walk me through");
  }
}
