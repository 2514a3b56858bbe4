import type { RecurrentKernels } from "../../kernels/recurrent.ts";
import { extent, reads, writes } from "../touches.ts";
import { moved, type Rules } from "./rule.ts";

export const recurrent: Rules<keyof RecurrentKernels> = {
  rnnCell: {
    touches: ([, rows, n, h, ldh]) => writes(h, extent(rows, n, ldh)),
    units: ([, rows]) => rows,
    part: moved(1, ([, , , , ldh]) => ({ 3: ldh })),
  },
  rnnCellGrad: {
    touches: ([, rows, n, h, ldh, dh, dz, ldz]) => [
      ...reads(h, extent(rows, n, ldh)),
      ...reads(dh, rows * n),
      ...writes(dz, extent(rows, n, ldz)),
    ],
    units: ([, rows]) => rows,
    part: moved(1, ([, , n, , ldh, , , ldz]) => ({ 3: ldh, 5: n, 6: ldz })),
  },
  lstmCell: {
    touches: ([rows, n, z, ldz, before, c, ldc, h, ldh]) => [
      ...writes(z, extent(rows, 4 * n, ldz)),
      ...reads(before, extent(rows, n, ldc)),
      ...writes(c, extent(rows, n, ldc)),
      ...writes(h, extent(rows, n, ldh)),
    ],
    units: ([rows]) => rows,
    part: moved(0, ([, , , ldz, , , ldc, , ldh]) => ({ 2: ldz, 4: ldc, 5: ldc, 7: ldh })),
  },
  lstmCellGrad: {
    touches: ([rows, n, z, ldz, before, c, ldc, dh, dc]) => [
      ...writes(z, extent(rows, 4 * n, ldz)),
      ...reads(before, extent(rows, n, ldc)),
      ...reads(c, extent(rows, n, ldc)),
      ...reads(dh, rows * n),
      ...writes(dc, rows * n),
    ],
    units: ([rows]) => rows,
    part: moved(0, ([, n, , ldz, , , ldc]) => ({ 2: ldz, 4: ldc, 5: ldc, 7: n, 8: n })),
  },
  gruCell: {
    touches: ([rows, n, z, ldz, hidden, ldn, before, h, ldh]) => [
      ...writes(z, extent(rows, 3 * n, ldz)),
      ...reads(hidden, extent(rows, n, ldn)),
      ...reads(before, extent(rows, n, ldh)),
      ...writes(h, extent(rows, n, ldh)),
    ],
    units: ([rows]) => rows,
    part: moved(0, ([, , , ldz, , ldn, , , ldh]) => ({ 2: ldz, 4: ldn, 6: ldh, 7: ldh })),
  },
  gruCellGrad: {
    touches: ([rows, n, z, ldz, hidden, ldn, before, ldh, dh, direct]) => [
      ...writes(z, extent(rows, 3 * n, ldz)),
      ...writes(hidden, extent(rows, n, ldn)),
      ...reads(before, extent(rows, n, ldh)),
      ...reads(dh, rows * n),
      ...writes(direct, rows * n),
    ],
    units: ([rows]) => rows,
    part: moved(0, ([, n, , ldz, , ldn, , ldh]) => ({ 2: ldz, 4: ldn, 6: ldh, 8: n, 9: n })),
  },
};
