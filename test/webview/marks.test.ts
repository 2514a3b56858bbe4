import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { LinearAxis } from "../../webview/charts/axis.ts";
import type { Point, Series } from "../../webview/charts/chart.ts";
import { drawSeries } from "../../webview/charts/marks.ts";
import type { Theme } from "../../webview/theme.ts";

const theme: Theme = {
  kind: "dark",
  foreground: "#ffffff",
  muted: "#999999",
  second: "#00ff00",
  focus: "#0000ff",
  ground: "#000000",
  font: "sans-serif",
};

type Call = readonly [name: string, ...numbers: number[]];

/** What is drawn of a series under axes of 0 to 10 that are a hundred pixels long: its calls, with places in units of the axes. */
function callsOf(series: Omit<Series, "ink"> & Partial<Pick<Series, "ink">>): readonly Call[] {
  const axis: LinearAxis = { kind: "linear", title: "", min: 0, max: 10 };
  const [xAt, yAt] = [(pixel: number) => (pixel - 40) / 10, (pixel: number) => (110 - pixel) / 10];
  const [xOf, yOf] = [(position: number) => 40 + 10 * position, (position: number) => 110 - 10 * position];
  const calls: Call[] = [];
  const ctx = new Proxy({} as CanvasRenderingContext2D, {
    get:
      (_, name) =>
      (...values: readonly unknown[]) =>
        calls.push([String(name), ...values.filter((value) => typeof value === "number")]),
    set: () => true,
  });
  const area = { left: 40, right: 140, top: 10, bottom: 110 };
  const stage = { ctx, area, axes: { x: axis, y: axis }, xOf, yOf, rightOf: yOf, xAt, yAt };
  drawSeries(stage, { kind: "lines", x: axis, y: axis, series: [{ ink: "main", ...series }] }, theme);
  const round = (value: number): number => Math.round(value * 100) / 100;
  return calls.map(([name, ...numbers]): Call => {
    if (!["moveTo", "lineTo", "arc", "fillRect"].includes(name)) return [name];
    const [x = NaN, y = NaN, ...more] = numbers;
    return [name, round(xAt(x)), round(yAt(y)), ...more.map(round)];
  });
}

const named = (calls: readonly Call[], ...names: readonly string[]): readonly Call[] =>
  calls.filter(([name]) => names.includes(name));

const line = (...ys: readonly number[]): readonly Point[] => ys.map((y, x) => ({ x, y }));

suite("a line", () => {
  test("goes from point to point, and has a gap where one is missing", () => {
    const calls = named(callsOf({ draw: "thin", points: line(1, 2, NaN, 4, 5) }), "moveTo", "lineTo");
    assert.deepEqual(calls, [
      ["moveTo", 0, 1],
      ["lineTo", 1, 2],
      ["moveTo", 3, 4],
      ["lineTo", 4, 5],
    ]);
  });

  test("draws on over missing points where it is bridged", () => {
    const calls = named(
      callsOf({ draw: "thin", bridged: true, points: line(1, NaN, 3) }),
      "moveTo",
      "lineTo",
    );
    assert.deepEqual(calls, [
      ["moveTo", 0, 1],
      ["lineTo", 2, 3],
    ]);
  });

  test("stays within the axes, to which it is clipped", () => {
    const calls = callsOf({ draw: "thin", points: line(1, 99) });
    assert.deepEqual(named(calls, "lineTo"), [["lineTo", 1, 99]]);
    assert.ok(calls.findIndex(([name]) => name === "clip") < calls.findIndex(([name]) => name === "stroke"));
  });

  test("of one point is a point", () => {
    assert.equal(named(callsOf({ draw: "line", points: line(5) }), "arc").length, 1);
    assert.equal(named(callsOf({ draw: "line", points: line(5, 6) }), "arc").length, 0);
  });

  test("of another run has markers along it, at most eight", () => {
    const points = line(...Array.from({ length: 100 }, (_, i) => i / 10)).map(({ y }) => ({ x: y, y }));
    const markers = named(callsOf({ draw: "line", ink: { run: 0 }, points }), "arc");
    assert.ok(markers.length >= 6 && markers.length <= 8, `${markers.length} markers`);
  });
});

suite("points", () => {
  test("outside of the axes are left out, and those at an edge are whole", () => {
    const calls = callsOf({ draw: "dots", points: line(0, 10, 10.2, -1, NaN, Infinity) });
    assert.deepEqual(
      named(calls, "arc").map(([, x, y]) => [x, y]),
      [
        [0, 0],
        [1, 10],
      ],
    );
    assert.equal(named(calls, "clip").length, 0);
  });

  test("of one colour are drawn in one go, of several each by itself", () => {
    const points = line(1, 2, 3, 4);
    assert.equal(named(callsOf({ draw: "dots", points }), "fill").length, 1);
    const shares = [0, 0, -6, Infinity];
    assert.equal(named(callsOf({ draw: "dots", ink: { shares }, points }), "fill").length, 3);
  });
});

suite("a band", () => {
  test("lies between its lines, in parts where one of them has a gap", () => {
    const points = [1, 2, NaN, 4].map((y, x) => ({ x, y, low: y / 2 }));
    assert.deepEqual(named(callsOf({ draw: "band", points }), "moveTo", "lineTo"), [
      ["moveTo", 0, 0.5],
      ["lineTo", 0, 1],
      ["lineTo", 1, 2],
      ["lineTo", 1, 1],
      ["moveTo", 3, 2],
      ["lineTo", 3, 4],
    ]);
  });
});

suite("bars", () => {
  /** Left and top edge of each, in units, and height in pixels, of which a unit has ten. */
  const bars = (...ys: readonly number[]) =>
    named(callsOf({ draw: "bars", points: line(...ys) }), "fillRect").map(([, x, y, , height]) => [
      x,
      y,
      height,
    ]);

  test("go from the base line to their values", () =>
    assert.deepEqual(bars(4, NaN, 6), [
      [-0.41, 4, 40],
      [1.59, 6, 60],
    ]));

  test("are seen where they are next to nothing: on the side of their value, at 0 on both", () =>
    assert.deepEqual(bars(0.05, 0, -0.05), [
      [-0.41, 0.2, 2],
      [0.59, 0.1, 2],
      [1.59, 0, 2],
    ]));
});
