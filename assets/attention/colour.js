// Colour-blind readers and grey printers can use both ramps, in both themes: one hue for weights, and purple to green
// for differences. Lightness moves in even steps.

const RAMPS = {
  light: { from: { l: 0.965, c: 0.012, h: 190 }, to: { l: 0.33, c: 0.07, h: 200 } },
  dark: { from: { l: 0.265, c: 0.012, h: 200 }, to: { l: 0.93, c: 0.085, h: 175 } },
};
const SIGNS = {
  light: { less: { l: 0.4, c: 0.16, h: 310 }, none: 0.965, more: { l: 0.4, c: 0.1, h: 152 } },
  dark: { less: { l: 0.82, c: 0.12, h: 310 }, none: 0.265, more: { l: 0.82, c: 0.15, h: 152 } },
};
const PAPERS = {
  light: { paper: "#ffffff", ink: "#1c1917", muted: "#57534e", faint: "#d6d3d1", accent: "#0f766e", mark: "#b45309" },
  dark: { paper: "#1c1917", ink: "#f5f5f4", muted: "#b5b0ab", faint: "#57534e", accent: "#5eead4", mark: "#fbbf24" },
};
const LINEAR = Array.from({ length: 256 }, (_, i) => (i <= 10.31 ? i / 3294.6 : ((i / 255 + 0.055) / 1.055) ** 2.4));

// OKLCH (lightness 0 to 1, chroma, hue in degrees) to sRGB bytes, after Ottosson 2020.
function srgb({ l, c, h }) {
  const a = c * Math.cos((h * Math.PI) / 180), b = c * Math.sin((h * Math.PI) / 180);
  const [x, y, z] = [
    l + 0.3963377774 * a + 0.2158037573 * b,
    l - 0.1055613458 * a - 0.0638541728 * b,
    l - 0.0894841775 * a - 1.291485548 * b,
  ].map(value => value ** 3);
  return [
    4.0767416621 * x - 3.3077115913 * y + 0.2309699292 * z,
    -1.2684380046 * x + 2.6097574011 * y - 0.3413193965 * z,
    -0.0041960863 * x - 0.7034186147 * y + 1.707614701 * z,
  ].map(value => {
    const bounded = Math.min(1, Math.max(0, value));
    return Math.round(255 * (bounded <= 0.0031308 ? 12.92 * bounded : 1.055 * bounded ** (1 / 2.4) - 0.055));
  });
}

function themeOf(dark) {
  const name = dark ? "dark" : "light", { from, to } = RAMPS[name], { less, none, more } = SIGNS[name];
  const ramp = Array.from({ length: 256 }, (_, i) => {
    const t = i / 255, bulge = 0.055 * Math.sin(Math.PI * t);
    return srgb({ l: from.l + (to.l - from.l) * t, c: from.c + (to.c - from.c) * t + bulge, h: from.h + (to.h - from.h) * t });
  });
  const signs = Array.from({ length: 511 }, (_, i) => {
    const t = Math.abs(i - 255) / 255, end = i < 255 ? less : more;
    return srgb({ l: none + (end.l - none) * t, c: end.c * t, h: end.h });
  });
  return { ...PAPERS[name], dark, ramp, signs };
}

// How weights up to max are coloured; faint ones gain where the scale is a root.
function weightScale(max, theme, root, measure = "weights") {
  const title = measure === "norms" ? (root ? say("share by norm (root scale)") : say("share by norm")) : root ? say("weight (root scale)") : say("weight");
  return { low: 0, high: max, title, rgb: weight => theme.ramp[stepOf(weight, max, root)] };
}

// How differences are coloured, 0 in the middle: green where A has more, purple where B has.
function differenceScale(max, theme, root) {
  const rgb = value => theme.signs[255 + Math.sign(value) * stepOf(Math.abs(value), max, root)];
  return { low: -max, high: max, title: root ? say("A − B (root scale)") : "A − B", rgb };
}

function stepOf(weight, max, root) {
  const share = max > 0 ? Math.min(1, weight / max) : 0;
  return Math.round(255 * (root ? Math.sqrt(share) : share));
}

function cssOf([r, g, b]) {
  return `rgb(${r},${g},${b})`;
}

// Black or white, whichever can be read better on a colour; one of them always reaches a contrast of 4.58.
function inkOn([r, g, b]) {
  return 0.2126 * LINEAR[r] + 0.7152 * LINEAR[g] + 0.0722 * LINEAR[b] > 0.179 ? "#000000" : "#ffffff";
}
