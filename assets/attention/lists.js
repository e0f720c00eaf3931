// Two lists of tokens with links between them: what the lines and the flow have in common.

const LINE_LIMIT = 1500, LABEL_APART = 12, BAND = 10;

// Long lists still fit on a screen, with labels where there is room.
function listsBox(count, width, top) {
  const step = count <= 44 ? 22 : Math.max(1.75, Math.floor((960 / count) * 4) / 4);
  const thin = step < LABEL_APART, side = Math.min(width * 0.3, 180), bottom = Math.ceil(top + count * step);
  return { width, height: bottom + LEGEND_HEIGHT, left: side, right: width - side, top, bottom, step, thin, label: side - (thin ? BAND + 8 : 12), size: step >= 18 ? 14 : 12 };
}

// One list, shaded by `weights` where there are any (null for none at that token); `at` is the token in focus.
function drawList(pen, tokens, box, onLeft, theme, { scale, weights = null, at = null }) {
  const { step, label, thin, top } = box, x = onLeft ? box.left : box.right, away = onLeft ? -1 : 1;
  const y = i => top + (i + 0.5) * step, band = thin ? BAND : label + 14, gap = step < 6 ? 0 : 1;
  const ground = weights?.map(weight => (weight === null ? null : scale.rgb(weight)));
  ground?.forEach((rgb, i) => {
    if (rgb) pen.rect(onLeft ? x + 5 - band : x - 5, y(i) - step / 2 + gap, band, step - 2 * gap, cssOf(rgb));
  });
  const order = [...tokens.keys()];
  if (weights && thin) order.sort((a, b) => weights[b] - weights[a]);
  for (const i of labelled(tokens.length, step, at === null ? [] : [at], order)) {
    const rgb = thin ? null : ground?.[i], font = { size: box.size, bold: i === at };
    const fill = rgb ? inkOn(rgb) : i === at ? theme.accent : theme.ink;
    pen.text(fitted(tokens[i].text, label, font), x + away * (thin ? BAND : 0), y(i), { align: onLeft ? "right" : "left", fill, ...font });
  }
}

// Which of `count` tokens get a label: all, else those of `first` and then of `rest`, as far as there is room.
function labelled(count, step, first, rest) {
  if (step >= LABEL_APART) return new Set(rest);
  const chosen = new Set(), taken = new Uint8Array(count), reach = Math.ceil(LABEL_APART / step) - 1;
  for (const i of [...first, ...rest]) {
    if (taken[i]) continue;
    chosen.add(i);
    taken.fill(1, Math.max(0, i - reach), i + reach + 1);
  }
  return chosen;
}

function listAt({ top, step }, count, y) {
  const at = Math.floor((y - top) / step);
  return at >= 0 && at < count ? at : null;
}

// The `limit` items of most weight, the heaviest last, so that they lie on top.
function heaviestLast(items, weightOf, limit) {
  if (items.length > limit) {
    const weights = new Float64Array(items.length);
    items.forEach((item, i) => { weights[i] = weightOf(item); });
    const least = weights.sort().at(-limit);
    items = items.filter(item => weightOf(item) >= least);
  }
  return items.sort((a, b) => weightOf(a) - weightOf(b)).slice(-limit);
}

function sayDrawn(pen, box, theme, drawn, all) {
  const words = say("the strongest {drawn} of {all} links", { drawn: drawn.toLocaleString("en"), all: all.toLocaleString("en") });
  pen.text(words, 198, box.bottom + 38, { fill: theme.muted, size: 11, sans: true });
}
