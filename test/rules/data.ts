import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { npyBytes } from "../support/npy.ts";
import { generator } from "../webview/runs.ts";

/*
 * The data that the labelled models learn from, drawn anew from seeds: classes in 64 dimensions, smooth regressions with and without
 * noise, unbalanced and overlapping classes, small pictures, tokens and sequences with something to remember.
 */

interface Draws {
  uniform(): number;
  normal(): number;
}

function draws(seed: number): Draws {
  const uniform = generator(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

type Matrix = readonly (readonly number[])[];

const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);

/** With mean 0 and standard deviation 1. */
function standard(values: readonly number[]): number[] {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const std = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length);
  return values.map((value) => (value - mean) / std);
}

/** Ten clouds in 64 dimensions. */
function digits(): { readonly x: Matrix; readonly y: readonly number[] } {
  const { normal } = draws(1);
  const centres = times(10, () => times(64, () => 0.7 * normal()));
  const y = times(1000, (i) => i % 10);
  return { x: y.map((label) => (centres[label] ?? []).map((centre) => centre + 0.95 * normal())), y };
}

/** A smooth function of 8 numbers. */
function smooth(): { readonly x: Matrix; readonly y: readonly number[] } {
  const { normal } = draws(2);
  const [a, b, c] = times(3, () => times(8, () => normal() / Math.sqrt(8)));
  const x = times(800, () => times(8, normal));
  return {
    x,
    y: standard(
      x.map(
        (row) => Math.sin(1.5 * dot(row, a ?? [])) + dot(row, b ?? []) * 0.8 + 0.3 * dot(row, c ?? []) ** 2,
      ),
    ),
  };
}

/** Two classes in 5 dimensions whose probability is a logistic function of a direction. */
function classes(steep: number, offset: number): { readonly x: Matrix; readonly y: readonly number[] } {
  const { normal, uniform } = draws(3);
  const direction = times(5, () => normal() / Math.sqrt(5));
  const x = times(1200, () => times(5, normal));
  const y = x.map((row) => (uniform() < 1 / (1 + Math.exp(-steep * dot(row, direction) - offset)) ? 1 : 0));
  return { x, y };
}

const csv = (x: Matrix, targets: Readonly<Record<string, readonly number[]>>): string => {
  const names = [...(x[0] ?? []).map((_, i) => `x${i}`), ...Object.keys(targets)];
  const columns = Object.values(targets);
  const rows = x.map((row, i) => [...row, ...columns.map((column) => column[i] ?? 0)]);
  return [names, ...rows.map((row) => row.map((value) => Number(value.toPrecision(6))))]
    .map((row) => row.join(","))
    .join("\n");
};

const npy = (descr: "<f4" | "<i4", shape: readonly number[], values: readonly number[]): Uint8Array => {
  const data = descr === "<f4" ? Float32Array.from(values) : Int32Array.from(values);
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`;
  return npyBytes({ header, data: new Uint8Array(data.buffer) });
};

/** Writes all files of the labelled models into a folder. */
export function writeData(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, content: string | Uint8Array): void =>
    writeFileSync(join(folder, name), content);

  const { x, y } = digits();
  const random = draws(4);
  const shuffled = y.toSorted(() => random.uniform() - 0.5);
  write("dig.csv", csv(x, { y }));
  write("digshuf.csv", csv(x, { y: shuffled }));
  write(
    "digbig.csv",
    csv(
      x.map((row) => row.map((value) => 500 + 300 * value)),
      { y },
    ),
  );
  write(
    "dighuge.csv",
    csv(
      x.map((row, i) => row.map((value, j) => (i === 7 && j === 3 ? 1e25 : value))),
      { y },
    ),
  );
  write(
    "digoh.csv",
    csv(x, Object.fromEntries(times(10, (k) => [`y${k}`, y.map((label) => Number(label === k))]))),
  );

  const reg = smooth();
  const noise = draws(5);
  const noisy = standard(reg.y.map((value) => value + 0.75 * noise.normal()));
  write("reg.csv", csv(reg.x, { t0: reg.y }));
  write("noisy.csv", csv(reg.x, { t0: noisy }));
  write("regbig.csv", csv(reg.x, { t0: reg.y.map((value) => 2000 * value) }));
  write("regoff.csv", csv(reg.x, { t0: reg.y.map((value) => 100 + 3 * value) }));
  write(
    "regxbig.csv",
    csv(
      reg.x.map((row) => row.map((value) => 2000 + 1000 * value)),
      { t0: reg.y },
    ),
  );

  const over = classes(3, 0);
  write("over.csv", csv(over.x, { y: over.y }));
  const imb = classes(4, -5);
  write("imb.csv", csv(imb.x, { y: imb.y }));
  const weak = draws(6);
  const rows = times(1500, () => times(6, weak.normal));
  write(
    "weak.csv",
    csv(rows, { t0: standard(rows.map((row) => 0.5 * (row[0] ?? 0) + 1.3 * weak.normal())) }),
  );

  const sequence = draws(7);
  const late = times(700, () => times(30, () => [sequence.normal(), sequence.normal()]));
  write("late-x.npy", npy("<f4", [700, 30, 2], late.flat(2)));
  write(
    "late-y.npy",
    npy(
      "<f4",
      [700],
      late.map((steps) => Number((steps.at(-2)?.[0] ?? 0) + (steps.at(-1)?.[0] ?? 0) > 0)),
    ),
  );
  const mem = times(700, () => times(30, sequence.normal));
  write("mem-x.npy", npy("<f4", [700, 30, 1], mem.flat()));
  write("mem-y.npy", npy("<f4", [700, 1], standard(mem.map((steps) => steps[0] ?? 0))));

  const picture = draws(8);
  const kinds = times(600, (i) => i % 4);
  const pixels = kinds.map((kind) =>
    times(144, (at) => {
      const [row, column] = [Math.floor(at / 12), at % 12];
      const bright = [row === 5, column === 5, row === column, row + column === 11][kind] ?? false;
      return Number(bright) + 0.2 * picture.normal();
    }),
  );
  write("pic-x.npy", npy("<f4", [600, 1, 12, 12], pixels.flat()));
  write("pic-y.npy", npy("<i4", [600], kinds));

  const token = draws(9);
  const words = times(800, () => times(12, () => Math.floor(12 * token.uniform())));
  const most = (ids: readonly number[]): number => {
    const counts = times(4, (kind) => ids.filter((id) => id % 4 === kind).length);
    return counts.indexOf(Math.max(...counts));
  };
  write("tok-x.npy", npy("<i4", [800, 12], words.flat()));
  write("tok-y.npy", npy("<i4", [800], words.map(most)));
}
