import { layerName } from "../../src/protocol/layerName.ts";
import { grouped, powerOfTen } from "../../src/insight/format.ts";
import type { Axis, LayersAxis, LinearAxis, LogAxis } from "./axis.ts";

/** A label at a position of an axis. */
export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** The ticks of an axis that is so many pixels long, given how many a label takes along it. */
export function ticksOf(
  axis: Axis,
  pixels: number,
  extentOf: (label: string) => number,
  called?: (name: string) => string,
): readonly Tick[] {
  const most = Math.max(2, Math.floor(pixels / (extentOf("10,000") + SPACE)));
  switch (axis.kind) {
    case "layers":
      return layerTicks(axis, pixels, extentOf, called);
    case "linear":
      return linearTicks(axis, most).map(({ at, label }, i) => ({
        at,
        label: i === 0 ? `${axis.prefix ?? ""}${label}` : label,
      }));
    case "log":
      return logTicks(axis, most);
    default:
      return axis satisfies never;
  }
}

/** The names of every group, shortened as `called` does, or of every n-th where they would touch; the last one always. */
export function layerTicks(
  { groups, min, max }: LayersAxis,
  pixels: number,
  extentOf: (label: string) => number,
  called: (name: string) => string = (name) => name,
): readonly Tick[] {
  const all = groups.map(({ label, from, to }) => ({ at: (from + to) / 2, label: called(layerName(label)) }));
  const last = all.at(-1);
  if (!last) return [];
  const fits = (a: Tick, b: Tick): boolean =>
    ((b.at - a.at) * pixels) / (max - min) >= (extentOf(a.label) + extentOf(b.label)) / 2 + GAP;
  const spread = (ticks: readonly Tick[]): boolean =>
    ticks.every((tick, i) => i === 0 || fits(ticks[i - 1] ?? tick, tick));
  for (let stride = 1; stride < all.length; stride++) {
    const some = all.filter((_, i) => i % stride === 0);
    if (spread(some)) return [...some.filter((tick) => tick !== last && fits(tick, last)), last];
  }
  return [last];
}

/** Pixels between two labels, at least and where it can be chosen. */
const GAP = 10;
const SPACE = 24;

/** Ticks of a logarithmic axis: whole powers of ten, or 1-2-5 steps where there are hardly two decades. */
export function logTicks({ min, max, zero, infinite }: LogAxis, most = 7): readonly Tick[] {
  const [low, high] = [zero ? min + 1 : min, infinite ? max - 1 : max];
  const ticks = high - low < 2.5 ? fineTicks(low, high, most) : decadeTicks(low, high, most);
  return [
    ...(zero ? [{ at: min, label: "0" }] : []),
    ...ticks,
    ...(infinite ? [{ at: max, label: "∞" }] : []),
  ];
}

function decadeTicks(low: number, high: number, most: number): readonly Tick[] {
  const stride = [1, 2, 3, 5, 10, 20, 50, 100].find((s) => (high - low) / s < most) ?? 200;
  const first = Math.ceil(low / stride - 1e-9);
  return Array.from({ length: Math.floor(high / stride + 1e-9) - first + 1 }, (_, i) => {
    const at = (first + i) * stride;
    return { at, label: powerOfTen(at) };
  });
}

function fineTicks(low: number, high: number, most: number): readonly Tick[] {
  const all = [];
  for (let decade = Math.floor(low); decade <= high; decade++) {
    for (const digit of [1, 2, 5])
      all.push({ at: decade + Math.log10(digit), label: plain(digit, decade), digit });
  }
  const within = all.filter(({ at }) => at >= low - 1e-9 && at <= high + 1e-9);
  const powers = within.filter(({ digit }) => digit === 1).map(({ at }) => ({ at, label: powerOfTen(at) }));
  return within.length <= most || powers.length < 2 ? within : powers;
}

/** `2·10⁻¹` as `0.2`; powers far from 1 stay powers. */
const plain = (digit: number, decade: number): string =>
  Math.abs(decade) <= 3
    ? String(Number(`${digit}e${decade}`))
    : `${digit === 1 ? "" : `${digit}·`}${powerOfTen(decade)}`;

/** Ticks of a linear axis at 1, 2 or 5 times a power of ten; whole ones where something is counted. */
export function linearTicks({ min, max, counts }: LinearAxis, most = 6): readonly Tick[] {
  if (!(max > min)) return [{ at: min, label: shortNumber(min) }];
  const rough = (max - min) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const round = ([1, 2, 5].find((s) => s * power >= rough * (1 - 1e-9)) ?? 10) * power;
  const stride = counts ? Math.max(1, round) : round;
  const first = Math.ceil(min / stride - 1e-9);
  return Array.from({ length: Math.floor(max / stride + 1e-9) - first + 1 }, (_, i) => {
    const at = (first + i) * stride;
    return { at, label: shortNumber(Number(at.toPrecision(12))) };
  });
}

/** `1500` → `1,500`, `20000` → `20k` */
function shortNumber(n: number): string {
  if (Math.abs(n) >= 1e15) return n.toExponential(0);
  for (const [size, unit] of [
    [1e9, "G"],
    [1e6, "M"],
    [1e4, "k"],
  ] as const) {
    if (Math.abs(n) >= size) return `${Number((n / (unit === "k" ? 1e3 : size)).toPrecision(4))}${unit}`;
  }
  return Math.abs(n) >= 1000 ? grouped(n) : String(n);
}
