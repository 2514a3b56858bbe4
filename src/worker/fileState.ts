import { stat } from "node:fs/promises";
import { DataError } from "../engine/data/error.ts";
import type { FileState } from "../protocol/worker.ts";
import { type Location, pathInside, sentenceOf } from "./files.ts";

/** What is known of a file without reading it. */
export interface Seen extends FileState {
  /** Differs wherever the file may be another one, or hold something else. */
  readonly identity: string;
  /** Bytes; 0 where there is no file to read. */
  readonly size: number;
  /** Changed so shortly before that a clock's tick may hide another change. */
  readonly unsettled: boolean;
}

/** File systems count time in ticks of up to 10 ms. */
const TICK_MS = 20;
const NS_PER_MS = 1e6;

/** The state of a file that a model file names; of one that cannot be read it is the reason. Never throws for a file. */
export async function seen(location: Location, path: string): Promise<Seen> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(await pathInside(location, path), {
      bigint: true,
    });
    const sinceMs = Date.now() - Number(ctimeNs > mtimeNs ? ctimeNs : mtimeNs) / NS_PER_MS;
    return {
      path,
      state: `${size} ${mtimeNs}`,
      identity: `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`,
      size: Number(size),
      unsettled: sinceMs < TICK_MS,
    };
  } catch (error) {
    const reason = error instanceof DataError ? error.message : sentenceOf(error);
    return { path, state: reason, identity: reason, size: 0, unsettled: false };
  }
}

/** What another look at the files has to give for what was read of them to hold. */
export const identityOf = (files: readonly Seen[]): string =>
  files.map(({ identity }) => identity).join("\n");

/** As the host keeps it. */
export const stateOf = ({ path, state }: Seen): FileState => ({ path, state });
