// Labels with their scores as bars, those that hold in bold and with a tick. Names go through textContent.
const root = element.querySelector(".feeling-bars");

function row([name, score, chosen]) {
  const fill = make("span", "feeling-fill label-fill");
  fill.style.width = `${score * 100}%`;
  const said = make("span", "feeling-percent", `${Math.round(score * 100)}%`);
  const title = make("span", "label-name", chosen ? `✓ ${name}` : name);
  title.title = name;
  return make("div", chosen ? "feeling-row label-row feeling-chosen" : "feeling-row label-row", title, make("span", "feeling-bar", fill), said);
}

function draw() {
  root.replaceChildren(...(props.value || []).map(row));
}
watch("value", draw);
draw();
