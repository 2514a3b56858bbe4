import { mkdir, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { deserialize, serialize } from "node:v8";
import { gunzip, gzip } from "node:zlib";
import { t } from "../l10n/translate.ts";
import { messageOf } from "../protocol/rpc.ts";
import { historyOf, isHead, type RunBody, type RunHead } from "./keptRun.ts";

/*
 * A file for each run, so that a damaged one costs no other: `MAGIC`, the length of the head in four bytes, the head, the body.
 * Both are packed by gzip, whose checksum tells damage, and hold what V8 writes of a value: every number comes back to the bit.
 */
const MAGIC = Buffer.from("GLRUN\0\0\x01", "latin1");
const PREFIX = MAGIC.length + 4;
const ENDING = ".run";

/** As much of a file as is read at first: no head is longer, but for one that names very many data files. */
const FIRST_READ = 16_384;

/** Half as long to pack as the usual level, for files that are a twentieth larger. */
const PACKING = { level: 3 };

const packed = promisify<Buffer, typeof PACKING, Buffer>(gzip);
const unpacked = promisify<Buffer, Buffer>(gunzip);

/** A run that is kept, by its file. */
export interface Kept {
  readonly key: string;
  readonly head: RunHead;
  readonly bytes: number;
}

export interface Listing {
  /** Those that can be read, the first that was started first. */
  readonly kept: readonly Kept[];
  /** Files that cannot, with the reason. */
  readonly damaged: readonly { readonly key: string; readonly reason: string }[];
}

/** Runs in a folder. */
export class RunFiles {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** All runs, without what was recorded of them. What a write that was interrupted has left behind is removed. */
  async list(): Promise<Listing> {
    const names = await readdir(this.folder).catch(() => []);
    const leftovers = names.filter((name) => name.endsWith(".tmp"));
    await Promise.all(leftovers.map((name) => rm(join(this.folder, name), { force: true })));
    const keys = names.filter((name) => name.endsWith(ENDING)).map((name) => name.slice(0, -ENDING.length));
    const read = await Promise.all(
      keys.map((key) => this.#head(key).catch((error: unknown) => ({ key, reason: messageOf(error) }))),
    );
    return {
      kept: read.filter((one) => "head" in one).sort(byStart),
      damaged: read.filter((one) => "reason" in one),
    };
  }

  /** What was recorded of a run. Throws where that cannot be read. */
  async body(key: string): Promise<NonNullable<ReturnType<typeof historyOf>>> {
    const whole = await readFile(this.#path(key));
    const body = historyOf(deserialize(await unpacked(whole.subarray(PREFIX + headLength(whole)))));
    if (!body) throw new Error(t`its parts do not belong together`);
    return body;
  }

  /** Writes a run in place of what was there, or not at all. Without a body that of the file stays. The result is its size. */
  async write(key: string, head: RunHead, body: RunBody | undefined): Promise<number> {
    await mkdir(this.folder, { recursive: true });
    const [first, second] = await Promise.all([
      packed(serialize(head), PACKING),
      body ? packed(serialize(body), PACKING) : this.#packedBody(key),
    ]);
    const prefix = Buffer.alloc(PREFIX);
    MAGIC.copy(prefix);
    prefix.writeUInt32LE(first.length, MAGIC.length);
    const whole = Buffer.concat([prefix, first, second]);
    const temporary = `${this.#path(key)}.tmp`;
    try {
      await writeFile(temporary, whole, { flush: true });
      await rename(temporary, this.#path(key));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    return whole.length;
  }

  async remove(key: string): Promise<void> {
    await rm(this.#path(key), { force: true });
  }

  #path = (key: string): string => join(this.folder, key + ENDING);

  async #packedBody(key: string): Promise<Buffer> {
    const whole = await readFile(this.#path(key));
    return whole.subarray(PREFIX + headLength(whole));
  }

  async #head(key: string): Promise<Kept> {
    const file = await open(this.#path(key));
    try {
      const { size: bytes } = await file.stat();
      let start = Buffer.alloc(Math.min(bytes, FIRST_READ));
      await file.read(start, 0, start.length, 0);
      const length = PREFIX + headLength(start);
      if (length > bytes) throw new Error(t`it is cut off`);
      if (length > start.length) {
        start = Buffer.alloc(length);
        await file.read(start, 0, length, 0);
      }
      const head: unknown = deserialize(await unpacked(start.subarray(PREFIX, length)));
      if (!isHead(head)) throw new Error(t`another version of GradLens has written it`);
      return { key, head, bytes };
    } finally {
      await file.close();
    }
  }
}

/** Keys decide about those of the same millisecond. */
const byStart = (a: Kept, b: Kept): number => a.head.started - b.head.started || (a.key < b.key ? -1 : 1);

function headLength(start: Buffer): number {
  if (start.length < PREFIX || !start.subarray(0, MAGIC.length).equals(MAGIC))
    throw new Error(t`it is not a run of GradLens`);
  return start.readUInt32LE(MAGIC.length);
}
