import { t } from "../../l10n/translate.ts";
import { DataError } from "../data/error.ts";
import { Aligned } from "../data/formats/elements.ts";
import { Beginning, changed, type DataFile, nameOf, type Reading, type Sink } from "../data/reading.ts";
import { sizeOf, type Shape } from "../tensor.ts";
import { type Entry, headerLength, LONGEST_HEADER, PREFIX, readHeader } from "./header.ts";

/** The shapes of the tensors in a file, by their names, in the order of its header. */
export type Stored = ReadonlyMap<string, { readonly shape: Shape }>;

/** By their names in the file, the names under which tensors are wanted. */
export type Wanted = ReadonlyMap<string, string>;

/** Bounds of what is read of a file. */
export interface Needs {
  /** Decides by names and shapes what is read; it may throw. Nothing is allocated before. */
  readonly choose: (stored: Stored) => Wanted;
  /** A header that has more bytes is refused before it is read. */
  readonly longestHeader?: number;
  /** False: only the header is read, and the values are all 0. */
  readonly values?: boolean;
}

/** Tensors of a `.safetensors` file in single precision, by the names under which they are wanted. Throws `DataError` where it is not one. */
export function* readSafetensors(file: DataFile, needs: Needs): Reading<ReadonlyMap<string, Float32Array>> {
  const name = nameOf(file);
  const prefix = new Beginning(PREFIX);
  const size = yield { file, sink: prefix };
  if (!size.exact) throw new DataError(t`packed with gzip: expected it unpacked`, { file: name });
  const length = headerLength(prefix.bytes, size.bytes, name);
  const { choose, longestHeader = LONGEST_HEADER, values = true } = needs;
  if (length > longestHeader) {
    throw new DataError(
      t`its header has ${length} bytes: the tensors of the model take at most ${longestHeader}`,
      { file: name },
    );
  }
  const start = PREFIX + length;
  const head = new Beginning(start);
  yield { file, sink: head };
  if (!head.done) throw changed(name);
  const entries = readHeader(head.bytes.subarray(PREFIX), size.bytes - start, name);
  const wanted = choose(new Map(entries.map((entry) => [entry.name, entry])));
  if (!values) return new Map();
  const tensors = new Tensors(
    name,
    start,
    entries.filter((entry) => wanted.has(entry.name)),
  );
  yield { file, sink: tensors, turn: { index: 0, of: 1 } };
  return new Map([...tensors.values].map(([stored, x]) => [wanted.get(stored) ?? stored, x]));
}

/** Reads tensors as they follow each other in a file. */
class Tensors implements Sink {
  readonly values: ReadonlyMap<string, Float32Array>;
  readonly #name: string;
  readonly #start: number;
  readonly #entries: readonly Entry[];
  /** The tensor that is being read, and the bytes that have been pushed. */
  #entry = 0;
  #length = 0;
  #aligned: Aligned | undefined;

  /** `start`: bytes before the first tensor. */
  constructor(name: string, start: number, entries: readonly Entry[]) {
    this.#name = name;
    this.#start = start;
    this.#entries = entries.filter(({ begin, end }) => begin < end).sort((a, b) => a.begin - b.begin);
    this.values = new Map(entries.map(({ name, shape }) => [name, new Float32Array(sizeOf(shape))]));
  }

  get done(): boolean {
    return this.#entry === this.#entries.length;
  }

  push(bytes: Uint8Array): void {
    const base = this.#start - this.#length;
    this.#length += bytes.length;
    while (!this.done) {
      const entry = this.#entries[this.#entry];
      const from = Math.max(base + entry.begin, 0);
      if (from >= bytes.length) return;
      this.#aligned ??= this.#reader(entry);
      this.#aligned.push(bytes.subarray(from, base + entry.end));
      if (base + entry.end > bytes.length) return;
      this.#aligned = undefined;
      this.#entry++;
    }
  }

  end(): void {
    throw changed(this.#name);
  }

  #reader({ name, dtype }: Entry): Aligned {
    const out = this.values.get(name) ?? new Float32Array(0);
    let at = 0;
    return new Aligned(dtype.size, (view, count) => {
      const read = dtype.number(view);
      for (let k = 0; k < count; k++) out[at++] = read(k * dtype.size);
    });
  }
}

export interface TensorValues {
  readonly shape: Shape;
  readonly values: Float32Array;
}

/** A `.safetensors` file of these tensors in single precision, as `safetensors.torch.save_file` writes it. */
export function writeSafetensors(tensors: ReadonlyMap<string, TensorValues>): Uint8Array {
  let end = 0;
  const entries = [...tensors].map(([name, { shape, values }]) => [
    name,
    { dtype: "F32", shape, data_offsets: [end, (end += values.byteLength)] },
  ]);
  const text = ascii(JSON.stringify({ __metadata__: { format: "pt" }, ...Object.fromEntries(entries) }));
  const length = Math.ceil(text.length / 8) * 8; // so that the tensors are aligned; the rest is spaces
  const bytes = new Uint8Array(PREFIX + length + end).fill(0x20, PREFIX, PREFIX + length);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(length), true);
  for (let i = 0; i < text.length; i++) bytes[PREFIX + i] = text.charCodeAt(i);
  let at = PREFIX + length;
  for (const { values } of tensors.values()) {
    for (const value of values) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return bytes;
}

/** JSON with other characters as escapes, so that every character is a byte. */
const ascii = (json: string): string =>
  json.replace(/[^\0-\x7f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
