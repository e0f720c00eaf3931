// The view of switched-off heads as a drawing: its size, its picture, and its numbers for a file.

const SWITCH = {
  title: say("Switch off"),
  wide: true,
  dom: true,
  name: view => (view.state.off.length ? view.state.off.map(one => switchName(view.data, one)).join("; ") + " " + say("off") : say("what each head does")),
  box(view, width) {
    const each = headsBox(view.data, width), beside = !each.lying && 2 * each.width + 40 <= Math.max(width, 900);
    const bars = view.outcomes.get(JSON.stringify(view.state.off))?.bars?.length ?? 0, maps = beside ? each.height : 2 * each.height + 30;
    return { ...each, each, beside, maps, width: beside ? 2 * each.width + 40 : Math.max(each.width, 420), height: maps + 30 + (bars ? 22 * bars + 30 : 0) };
  },
  draw(pen, view) {
    const { data, theme, state, ranking, box: { each, beside, maps } } = view, scale = effectScale(view), inner = each.size - 4;
    const crossed = (x, y, layer, head, at) => {
      if (isOff(state, layer, head)) for (const [from, to] of [[y + 2, y + inner - 2], [y + inner - 2, y + 2]]) at.curve(x + 2, from, x + inner - 2, to, theme.mark, 2, 1);
    };
    const titled = (words, right, down) => pen.text(words, right + each.left, down + 8, { fill: theme.ink, size: 13, bold: true, sans: true });
    titled(say("attention"), 0, 0);
    const left = shifted(pen, 0, 20);
    drawHeads(left, data, each, theme, headsScale(theme), (x, y, layer, head) => {
      left.picture(x, y, inner, inner, thumbnail(data, layer, head, theme));
      crossed(x, y, layer, head, left);
    });
    const [right, down] = beside ? [each.width + 40, 0] : [0, each.height + 30];
    titled(say("effect"), right, down);
    const other = shifted(pen, right, down + 20);
    drawHeads(other, data, each, theme, scale, (x, y, layer, head) => {
      const effect = ranking?.effects[layer][head] ?? null;
      if (effect === null) other.frame(x + 0.5, y + 0.5, inner - 1, inner - 1, theme.faint, 1);
      else other.rect(x, y, inner, inner, cssOf(scale.rgb(effect)));
      crossed(x, y, layer, head, other);
    });
    drawBars(shifted(pen, 0, maps + 30), view);
  },
  csv({ ranking, data }) {
    const lines = [["layer", "head", "effect"]];
    for (let layer = 0; layer < data.layers; layer++) for (let head = 0; head < data.heads; head++) lines.push([layer, head, ranking?.effects[layer][head] ?? ""]);
    return lines.map(line => line.join(",") + "\r\n").join("");
  },
  json(view) {
    const { data: { model, text, pair, target }, state, ranking } = view, { kind, of, before, after, effect, said, bars } = view.outcomes.get(JSON.stringify(state.off)) ?? {};
    return { model, text, text_pair: pair, target, off: state.off, kind, of, before, after, effect, said, bars, effects: ranking?.effects ?? [] };
  },
};

// Before above after, for each choice.
function drawBars(pen, view) {
  const found = view.outcomes.get(JSON.stringify(view.state.off)), { theme } = view;
  if (!found?.bars?.length) return;
  pen.text(say("before"), 150, 8, { fill: theme.muted, size: 12, sans: true });
  pen.text(say("after"), 290, 8, { fill: theme.muted, size: 12, sans: true });
  found.bars.forEach(({ name, before, after }, i) => {
    const y = 28 + 22 * i;
    pen.text(fitted(barName(found.kind, name), 130, { size: 12 }), 140, y, { align: "right", fill: theme.ink, size: 12 });
    [[150, before, theme.muted], [290, after, theme.accent]].forEach(([x, value, colour]) => {
      pen.rect(x, y - 6, 90 * Math.max(0, value), 12, colour);
      pen.text(value.toFixed(2), x + 96, y, { fill: theme.ink, size: 12 });
    });
  });
}
