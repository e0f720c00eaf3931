// One hue, even steps of lightness: a ramp that colour-blind readers and grey printers can use, in both themes.

const RAMPS = {
  light: { from: { l: 0.965, c: 0.012, h: 190 }, to: { l: 0.33, c: 0.07, h: 200 } },
  dark: { from: { l: 0.265, c: 0.012, h: 200 }, to: { l: 0.93, c: 0.085, h: 175 } },
};
const PAPERS = {
  light: { paper: "#ffffff", ink: "#1c1917", muted: "#57534e", faint: "#d6d3d1", accent: "#0f766e", mark: "#b45309" },
  dark: { paper: "#1c1917", ink: "#f5f5f4", muted: "#b5b0ab", faint: "#57534e", accent: "#5eead4", mark: "#fbbf24" },
};

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
  const name = dark ? "dark" : "light", { from, to } = RAMPS[name];
  const ramp = Array.from({ length: 256 }, (_, i) => {
    const t = i / 255, bulge = 0.055 * Math.sin(Math.PI * t);
    return srgb({ l: from.l + (to.l - from.l) * t, c: from.c + (to.c - from.c) * t + bulge, h: from.h + (to.h - from.h) * t });
  });
  return { ...PAPERS[name], dark, ramp, css: ramp.map(([r, g, b]) => `rgb(${r},${g},${b})`) };
}

// The step of the ramp, 0 to 255, for a weight on a scale up to max; faint weights gain where the scale is a root.
function stepOf(weight, max, root) {
  const share = max > 0 ? Math.min(1, weight / max) : 0;
  return Math.round(255 * (root ? Math.sqrt(share) : share));
}
