import { statSync } from "node:fs";
import { join } from "node:path";
import { firstGradient, type FirstGradient } from "./firstGradient.ts";
import { type GemmRow, gemmRows } from "./gemm.ts";
import { type Growth, growths } from "./growth.ts";
import { overheadRows, type OverheadRow } from "./overhead.ts";
import { type ArenaRow, arenaRows } from "./memory.ts";
import { dist } from "./wasm.ts";

/** What is measured of this engine alone. */
export interface Tables {
  readonly first: FirstGradient;
  readonly gemm: readonly GemmRow[];
  readonly overhead: readonly OverheadRow[];
  readonly growths: readonly Growth[];
  readonly arenas: readonly ArenaRow[];
  /** Kilobytes by file of `dist/`. */
  readonly sizes: Readonly<Record<string, number>>;
}

const FILES = ["extension.cjs", "worker.cjs", "cli.js", "webview.js", "kernels-fma.wasm"] as const;

export async function measureTables(): Promise<Tables> {
  return {
    first: await firstGradient(),
    gemm: gemmRows(),
    overhead: await overheadRows(),
    growths: await growths(),
    arenas: arenaRows(),
    sizes: Object.fromEntries(
      FILES.map((file) => [file, Math.round(statSync(join(dist, file)).size / 1024)]),
    ),
  };
}
