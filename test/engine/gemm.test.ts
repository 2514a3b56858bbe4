import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Backend, scalarBackend } from "../../src/engine/runtime/backend.ts";
import { directions } from "../support/random.ts";
import { wasmBackends } from "../support/wasm.ts";

/** Less than a tile, whole tiles, and a rest; in the inner direction also more than is packed at a time. */
const ROWS = [1, 5, 16, 33];
const COLUMNS = [1, 3, 4, 5, 16, 67];
const INNER = [1, 7, 64, 400];

interface Product {
  readonly sizes: readonly [m: number, n: number, k: number];
  readonly ta: 0 | 1;
  readonly tb: 0 | 1;
  readonly bias: boolean;
  readonly accumulate: 0 | 1;
}

/** Large enough for a transposed A to be packed, too: more than a block of it, and rests of one row and of two. */
const LARGE = [
  [181, 264, 400],
  [26, 517, 24],
] as const;

const A = 0;
const B = 80_000;
const PACKED = 140_000;
const C = 190_000;
const BIAS = 250_000;

/** A memory with A, B, C and a bias of these sizes. */
function filled(backend: Backend, [m, n, k]: Product["sizes"]) {
  const memory = backend.memory(251_000, 1);
  const random = directions(m + n + k);
  for (const [at, size] of [
    [A, m * k],
    [B, n * k],
    [C, m * n],
    [BIAS, n],
  ]) {
    for (let i = at; i < at + size; i++) memory.floats[i] = random();
  }
  return memory;
}

/** C, of which so many rows and columns are computed at a time. */
function product(
  backend: Backend,
  { sizes, ta, tb, bias, accumulate }: Product,
  rows = sizes[0],
  columns = sizes[1],
): number[] {
  const [m, n, k] = sizes;
  const memory = filled(backend, sizes);
  const { gemm } = backend.kernels(memory, () => 0);
  const [lda, ldb] = [ta ? m : k, tb ? k : n];
  const shape = { k, lda, ta, ldb, tb, ldc: n, accumulate };
  for (let i = 0; i < m; i += rows) {
    for (let j = 0; j < n; j += columns) {
      const [height, width] = [Math.min(rows, m - i), Math.min(columns, n - j)];
      const [a, b] = [A + i * (ta ? 1 : lda), B + j * (tb ? ldb : 1)];
      gemm(shape, height, width, a, b, C + i * n + j, bias ? BIAS + j : -1);
    }
  }
  return Array.from(memory.floats.slice(C, C + m * n));
}

/** The same by a B that is packed first. */
function packedProduct(
  backend: Backend,
  { sizes, tb, bias, accumulate }: Product,
  rows = sizes[0],
): number[] {
  const [m, n, k] = sizes;
  const memory = filled(backend, sizes);
  const { pack, gemmPacked } = backend.kernels(memory, () => 0);
  pack(n, k, B, tb ? k : n, tb, PACKED);
  for (let i = 0; i < m; i += rows) {
    const height = Math.min(rows, m - i);
    gemmPacked(height, n, k, A + i * k, k, PACKED, C + i * n, n, bias ? BIAS : -1, accumulate);
  }
  return Array.from(memory.floats.slice(C, C + m * n));
}

const small = ROWS.flatMap((m) => COLUMNS.flatMap((n) => INNER.map((k) => [m, n, k] as const)));

const waysOf = (sizes: Product["sizes"], ...transposed: readonly (0 | 1)[]): Product[] =>
  transposed.flatMap((ta) =>
    ([0, 1] as const).flatMap((tb) => [
      { sizes, ta, tb, bias: false, accumulate: 0 as const },
      { sizes, ta, tb, bias: true, accumulate: 0 as const },
      { sizes, ta, tb, bias: false, accumulate: 1 as const },
    ]),
  );

/** Of up to three columns: sums along the rows of A. */
const packed = ROWS.flatMap((m) =>
  [1, 2, ...COLUMNS].flatMap((n) => INNER.flatMap((k) => waysOf([m, n, k], 0))),
);

const products: readonly Product[] = [
  ...small.flatMap((sizes) => waysOf(sizes, 0, 1)),
  ...LARGE.flatMap((sizes) => waysOf(sizes, 1)),
];

function assertClose(ours: readonly number[], reference: readonly number[], each: Product): void {
  const bound = 1e-6 * Math.sqrt(each.sizes[2]) * 10;
  reference.forEach((x, i) => {
    assert.ok(Math.abs(ours[i] - x) <= bound, `${JSON.stringify(each)}, ${i}: ${ours[i]}, not ${x}`);
  });
}

for (const [variant, backend] of wasmBackends().entries()) {
  suite(`products of matrices in WebAssembly, build ${variant + 1}`, () => {
    test("are those of the scalar kernels, of every size, transposed or not, with a bias or added to what is there", () => {
      for (const each of products) {
        assertClose(product(backend, each), product(scalarBackend, each), each);
      }
    });

    test("are the same by a matrix that is packed first, and when some rows are computed after others", () => {
      for (const each of packed) {
        const ours = packedProduct(backend, each);
        assertClose(ours, packedProduct(scalarBackend, each), each);
        for (const rows of [1, 7])
          assert.deepEqual(packedProduct(backend, each, rows), ours, JSON.stringify(each));
      }
    });

    test("have the same bits when some rows or columns are computed after others, as by several threads", () => {
      for (const each of products) {
        const whole = product(backend, each);
        for (const rows of [1, 7, 17])
          assert.deepEqual(product(backend, each, rows), whole, JSON.stringify(each));
        for (const columns of [8, 32]) {
          assert.deepEqual(product(backend, each, undefined, columns), whole, JSON.stringify(each));
        }
      }
    });
  });
}
