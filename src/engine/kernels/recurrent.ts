import { index, size, place, extent, kernel } from "./kernel.ts";
import { ACTIVATIONS, activations } from "../activations/index.ts";
import { gradientOf } from "./activations.ts";

const sigmoid = activations.sigmoid.f;

/**
 * One step of a recurrent cell for `rows` samples of n units. Rows lie `ld…` elements apart: they are one time step of
 * tensors [batch, time, …]. `z` holds the gates' sums W_ih·x + W_hh·h₋₁ + b, one block of n a gate, and afterwards the
 * gates. In the backward pass `dh`[rows, n], without gaps, is the whole gradient of h, and dz takes the place of the gates.
 */
export const recurrentKernels = {
  /** h = f(h), in place; `kind` is an index into `ACTIVATION_NAMES`: of tanh or relu, which need no z on the backward pass. */
  rnnCell: kernel({
    params: { kind: index, rows: size, n: size, h: place, ldh: size },

    scalar:
      ({ floats: v }) =>
      (kind, rows, n, h, ldh) => {
        const { f } = ACTIVATIONS[kind];
        for (let row = 0; row < rows; row++, h += ldh) {
          for (let i = h; i < h + n; i++) v[i] = f(v[i], 0, 0);
        }
      },
    access: ({ rows, n, ldh }) => ({ writes: { h: extent(rows, n, ldh) } }),
    split: { along: "rows", moves: ({ ldh }) => ({ h: ldh }) },
  }),

  /** dz = dh · f′ */
  rnnCellGrad: kernel({
    params: { kind: index, rows: size, n: size, h: place, ldh: size, dh: place, dz: place, ldz: size },

    scalar:
      ({ floats: v }) =>
      (kind, rows, n, h, ldh, dh, dz, ldz) => {
        const f = ACTIVATIONS[kind];
        for (let row = 0; row < rows; row++, h += ldh, dh += n, dz += ldz) {
          // y in place of x: for both functions x > 0 where y > 0
          for (let j = 0; j < n; j++) v[dz + j] = gradientOf(f, v[dh + j], v[h + j], v[h + j], 0, 0);
        }
      },
    access: ({ rows, n, ldh, ldz }) => ({
      reads: { h: extent(rows, n, ldh), dh: rows * n },
      writes: { dz: extent(rows, n, ldz) },
    }),
    split: { along: "rows", moves: ({ n, ldh, ldz }) => ({ h: ldh, dh: n, dz: ldz }) },
  }),

  /**
   * Gates i, f, g, o: c = f·c₋₁ + i·g, h = o·tanh(c) (Hochreiter & Schmidhuber, Long Short-Term Memory, 1997; forget
   * gate: Gers et al., 2000). `before` is the place of c₋₁, whose rows lie like those of c; −1: zeros.
   */
  lstmCell: kernel({
    params: {
      rows: size,
      n: size,
      z: place,
      ldz: size,
      before: place,
      c: place,
      ldc: size,
      h: place,
      ldh: size,
    },

    scalar:
      ({ floats: v }) =>
      (rows, n, z, ldz, before, c, ldc, h, ldh) => {
        for (let row = 0; row < rows; row++, z += ldz, c += ldc, h += ldh) {
          for (let j = 0; j < n; j++) {
            const i = (v[z + j] = sigmoid(v[z + j]));
            const f = (v[z + n + j] = sigmoid(v[z + n + j]));
            const g = (v[z + 2 * n + j] = Math.tanh(v[z + 2 * n + j]));
            const o = (v[z + 3 * n + j] = sigmoid(v[z + 3 * n + j]));
            const kept = before < 0 ? 0 : f * v[before + row * ldc + j];
            v[c + j] = kept + i * g;
            v[h + j] = o * Math.tanh(v[c + j]);
          }
        }
      },
    access: ({ rows, n, ldz, ldc, ldh }) => ({
      reads: { before: extent(rows, n, ldc) },
      writes: { z: extent(rows, 4 * n, ldz), c: extent(rows, n, ldc), h: extent(rows, n, ldh) },
    }),
    split: { along: "rows", moves: ({ ldz, ldc, ldh }) => ({ z: ldz, before: ldc, c: ldc, h: ldh }) },
  }),

  /** `dc`[rows, n] is what flows into c from the step after this one, and becomes what flows into c₋₁. */
  lstmCellGrad: kernel({
    params: {
      rows: size,
      n: size,
      z: place,
      ldz: size,
      before: place,
      c: place,
      ldc: size,
      dh: place,
      dc: place,
    },
    // dc += dh·o·(1 − tanh²c)    di = dc·g    df = dc·c₋₁    dg = dc·i    do = dh·tanh c    dc₋₁ = dc·f
    scalar:
      ({ floats: v }) =>
      (rows, n, z, ldz, before, c, ldc, dh, dc) => {
        for (let row = 0; row < rows; row++, z += ldz, c += ldc, dh += n, dc += n) {
          for (let j = 0; j < n; j++) {
            const i = v[z + j];
            const f = v[z + n + j];
            const g = v[z + 2 * n + j];
            const o = v[z + 3 * n + j];
            const squashed = Math.tanh(v[c + j]);
            const flow = v[dc + j] + v[dh + j] * o * (1 - squashed * squashed);
            const last = before < 0 ? 0 : v[before + row * ldc + j];
            v[z + j] = flow * g * i * (1 - i);
            v[z + n + j] = flow * last * f * (1 - f);
            v[z + 2 * n + j] = flow * i * (1 - g * g);
            v[z + 3 * n + j] = v[dh + j] * squashed * o * (1 - o);
            v[dc + j] = flow * f;
          }
        }
      },
    access: ({ rows, n, ldz, ldc }) => ({
      reads: { before: extent(rows, n, ldc), c: extent(rows, n, ldc), dh: rows * n },
      writes: { z: extent(rows, 4 * n, ldz), dc: rows * n },
    }),
    split: { along: "rows", moves: ({ n, ldz, ldc }) => ({ z: ldz, before: ldc, c: ldc, dh: n, dc: n }) },
  }),

  /**
   * Gates r, z, n: n = tanh(s_x + r·s_h), h = (1 − z)·n + z·h₋₁ (Cho et al., 2014, with the reset after the product).
   * The third block of `z` holds s_x, the sum over the input, and `hidden` s_h, that over the state, its bias included.
   * `before` is the place of h₋₁, whose rows lie like those of h; −1: zeros.
   */
  gruCell: kernel({
    params: {
      rows: size,
      n: size,
      z: place,
      ldz: size,
      hidden: place,
      ldn: size,
      before: place,
      h: place,
      ldh: size,
    },

    scalar:
      ({ floats: v }) =>
      (rows, n, z, ldz, hidden, ldn, before, h, ldh) => {
        for (let row = 0; row < rows; row++, z += ldz, hidden += ldn, h += ldh) {
          for (let j = 0; j < n; j++) {
            const reset = (v[z + j] = sigmoid(v[z + j]));
            const keep = (v[z + n + j] = sigmoid(v[z + n + j]));
            const fresh = (v[z + 2 * n + j] = Math.tanh(v[z + 2 * n + j] + reset * v[hidden + j]));
            const last = before < 0 ? 0 : v[before + row * ldh + j];
            v[h + j] = (1 - keep) * fresh + keep * last;
          }
        }
      },
    access: ({ rows, n, ldz, ldn, ldh }) => ({
      reads: { hidden: extent(rows, n, ldn), before: extent(rows, n, ldh) },
      writes: { z: extent(rows, 3 * n, ldz), h: extent(rows, n, ldh) },
    }),
    split: { along: "rows", moves: ({ ldz, ldn, ldh }) => ({ z: ldz, hidden: ldn, before: ldh, h: ldh }) },
  }),

  /** ∂L/∂s_h takes the place of s_h; `direct`[rows, n] becomes what flows into h₋₁ past the matrices: dh·z. */
  gruCellGrad: kernel({
    params: {
      rows: size,
      n: size,
      z: place,
      ldz: size,
      hidden: place,
      ldn: size,
      before: place,
      ldh: size,
      dh: place,
      direct: place,
    },
    // dn = dh·(1 − z)·(1 − n²)    dr = dn·s_h    ds_h = dn·r    dz = dh·(h₋₁ − n)    dh₋₁ = dh·z
    scalar:
      ({ floats: v }) =>
      (rows, n, z, ldz, hidden, ldn, before, ldh, dh, direct) => {
        for (let row = 0; row < rows; row++, z += ldz, hidden += ldn, dh += n, direct += n) {
          for (let j = 0; j < n; j++) {
            const reset = v[z + j];
            const keep = v[z + n + j];
            const fresh = v[z + 2 * n + j];
            const last = before < 0 ? 0 : v[before + row * ldh + j];
            const dFresh = v[dh + j] * (1 - keep) * (1 - fresh * fresh);
            v[z + j] = dFresh * v[hidden + j] * reset * (1 - reset);
            v[z + n + j] = v[dh + j] * (last - fresh) * keep * (1 - keep);
            v[z + 2 * n + j] = dFresh;
            v[hidden + j] = dFresh * reset;
            v[direct + j] = v[dh + j] * keep;
          }
        }
      },
    access: ({ rows, n, ldz, ldn, ldh }) => ({
      reads: { before: extent(rows, n, ldh), dh: rows * n },
      writes: { z: extent(rows, 3 * n, ldz), hidden: extent(rows, n, ldn), direct: rows * n },
    }),
    split: {
      along: "rows",
      moves: ({ n, ldz, ldn, ldh }) => ({ z: ldz, hidden: ldn, before: ldh, dh: n, direct: n }),
    },
  }),
};
