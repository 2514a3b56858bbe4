/** The four kinds of theme that VS Code marks on the body. */
export type ThemeKind = "light" | "dark" | "hc" | "hc-light";

export type Rgb = readonly [red: number, green: number, blue: number];

/** Decades over which half of what is left of the way to the full colour is covered. */
const HALF_WAY = 2.5;

interface Ends {
  readonly vanishing: Rgb;
  readonly even: Rgb;
  readonly exploding: Rgb;
  readonly nonfinite: Rgb;
}

// Blue and orange-red stay apart in every kind of colour blindness; both gain contrast to the background with distance from neutral.
const PALETTE: Readonly<Record<ThemeKind, Ends>> = {
  light: {
    vanishing: [8, 72, 160],
    even: [214, 214, 210],
    exploding: [184, 34, 12],
    nonfinite: [176, 0, 160],
  },
  dark: {
    vanishing: [70, 160, 255],
    even: [78, 80, 84],
    exploding: [255, 98, 64],
    nonfinite: [255, 64, 236],
  },
  hc: {
    vanishing: [84, 176, 255],
    even: [112, 112, 112],
    exploding: [255, 110, 70],
    nonfinite: [255, 90, 255],
  },
  "hc-light": {
    vanishing: [0, 56, 148],
    even: [176, 176, 176],
    exploding: [168, 20, 0],
    nonfinite: [150, 0, 140],
  },
};

/**
 * The colour of a share of the gradient, given as log₁₀(‖∂L/∂h_ℓ‖ / ‖∂L/∂h_L‖): blue below 0, neutral at 0, red above,
 * nearing its end without reaching it, so that 10⁻⁶ and 10⁻¹² still differ. −∞ (a gradient of exactly 0) is the blue end,
 * NaN and +∞ are magenta; both carry a pattern where they are drawn.
 */
export function shareColour(logShare: number, kind: ThemeKind): Rgb {
  const ends = PALETTE[kind];
  if (Number.isNaN(logShare) || logShare === Infinity) return ends.nonfinite;
  const way = 1 - 2 ** (-Math.abs(logShare) / HALF_WAY);
  return mix(ends.even, logShare < 0 ? ends.vanishing : ends.exploding, way);
}

/** One hue from the background's neighbourhood to full strength, for shares of a whole (0…1) and for ordered lines. */
export function rampColour(t: number, kind: ThemeKind): Rgb {
  const [from, to] = RAMP[kind];
  return mix(from, to, Math.min(1, Math.max(0, t)));
}

const RAMP: Readonly<Record<ThemeKind, readonly [Rgb, Rgb]>> = {
  light: [
    [226, 232, 232],
    [0, 84, 92],
  ],
  dark: [
    [44, 50, 52],
    [128, 226, 224],
  ],
  hc: [
    [30, 30, 30],
    [150, 245, 240],
  ],
  "hc-light": [
    [232, 236, 236],
    [0, 70, 76],
  ],
};

/** Ends and middle of a ramp whose lightness only grows, so that its colours stay apart in every kind of colour blindness. */
const RUNS: Readonly<Record<ThemeKind, readonly [Rgb, Rgb, Rgb]>> = {
  light: [
    [84, 20, 110],
    [38, 110, 142],
    [112, 138, 0],
  ],
  dark: [
    [176, 132, 255],
    [64, 190, 178],
    [244, 228, 92],
  ],
  hc: [
    [196, 156, 255],
    [80, 214, 200],
    [255, 240, 110],
  ],
  "hc-light": [
    [72, 10, 100],
    [20, 92, 124],
    [86, 108, 0],
  ],
};

/** Where along it the runs lie: far apart for the first ones, and each keeps its colour when others come. */
const PLACES = [1, 0, 0.5, 0.75, 0.25] as const;

/** The colour of the n-th run that lies under the shown one; dashes and markers tell apart those of one colour. */
export function runColour(place: number, kind: ThemeKind): Rgb {
  const [low, middle, high] = RUNS[kind];
  const t = PLACES[place % PLACES.length] ?? 0;
  return t < 0.5 ? mix(low, middle, 2 * t) : mix(middle, high, 2 * t - 1);
}

export const css = ([red, green, blue]: Rgb, alpha = 1): string =>
  alpha === 1 ? `rgb(${red}, ${green}, ${blue})` : `rgba(${red}, ${green}, ${blue}, ${alpha})`;

const mix = (a: Rgb, b: Rgb, t: number): Rgb => [
  Math.round(a[0] + (b[0] - a[0]) * t),
  Math.round(a[1] + (b[1] - a[1]) * t),
  Math.round(a[2] + (b[2] - a[2]) * t),
];
