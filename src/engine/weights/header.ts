import { t } from "../../l10n/translate.ts";
import { quoted } from "../../protocol/visible.ts";
import { sizeOf, type Shape } from "../tensor.ts";
import { DataError } from "../data/error.ts";
import type { NumberType } from "../data/formats/ndarray.ts";
import { ELEMENTS } from "./dtype.ts";

/** What the header of a `.safetensors` file says of one tensor. */
export interface Entry {
  readonly name: string;
  readonly dtype: NumberType;
  readonly shape: Shape;
  /** Where its bytes begin and end, counted from the end of the header. */
  readonly begin: number;
  readonly end: number;
}

/** The header's length, a 64-bit integer, comes before it. */
export const PREFIX = 8;
/** Room for more than a hundred thousand tensors, in bytes. */
export const LONGEST_HEADER = 2 ** 24;
const MOST_AXES = 64;

/** Bytes of the header that these first bytes of a file of `size` bytes tell. */
export function headerLength(prefix: Uint8Array, size: number, file: string): number {
  if (prefix.length < PREFIX) {
    throw new DataError(t`not a safetensors file, or cut off: expected the 8 bytes of the header's length`, {
      file,
    });
  }
  const length = Number(new DataView(prefix.buffer, prefix.byteOffset, PREFIX).getBigUint64(0, true));
  if (length > LONGEST_HEADER) {
    const found = t`its header would have ${length} bytes, expected at most ${LONGEST_HEADER}`;
    throw new DataError(t`not a safetensors file: ${found}`, { file });
  }
  if (length > size - PREFIX) throw new DataError(t`the file is cut off within its header`, { file });
  return length;
}

/**
 * What a header in the safetensors format (Hugging Face, github.com/huggingface/safetensors) says. Every tensor lies within
 * the `available` bytes behind it: one after the other, without overlap and gaps, as the format has it.
 */
export function readHeader(header: Uint8Array, available: number, file: string): readonly Entry[] {
  const entries = Object.entries(objectOf(textOf(header, file), file))
    .filter(([name]) => name !== "__metadata__")
    .map(([name, value]) => entryOf(name, value, available, file));
  checkOffsets(entries, available, file);
  return entries;
}

function textOf(header: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(header);
  } catch {
    throw new DataError(t`not a safetensors file: its header is not text in UTF-8`, { file });
  }
}

function objectOf(text: string, file: string): Readonly<Record<string, unknown>> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  if (isObject(json)) return json;
  throw new DataError(t`not a safetensors file: its header is not a JSON object`, { file });
}

const isObject = (json: unknown): json is Readonly<Record<string, unknown>> =>
  typeof json === "object" && json !== null && !Array.isArray(json);

const isCount = (json: unknown): json is number => Number.isSafeInteger(json) && (json as number) >= 0;

const areCounts = (json: unknown): json is readonly number[] => Array.isArray(json) && json.every(isCount);

function entryOf(name: string, json: unknown, available: number, file: string): Entry {
  const fail = (sentence: string) => new DataError(t`the tensor ${quoted(name)} ${sentence}`, { file });
  const { dtype, shape, data_offsets: offsets } = isObject(json) ? json : {};
  if (typeof dtype !== "string" || !areCounts(shape) || shape.length > MOST_AXES) {
    throw fail(t`is described wrongly: expected its dtype and shape`);
  }
  if (!Object.hasOwn(ELEMENTS, dtype)) {
    throw fail(t`holds ${quoted(dtype)}: expected one of ${Object.keys(ELEMENTS).join(", ")}`);
  }
  const element = ELEMENTS[dtype];
  if (!areCounts(offsets) || offsets.length !== 2)
    throw fail(t`is described wrongly: expected its data_offsets`);
  const [begin, end] = offsets;
  const promised = sizeOf(shape) * element.size;
  if (end - begin !== promised) {
    throw fail(
      t`should have ${promised} bytes by its shape and dtype, but has ${end - begin} by its data_offsets`,
    );
  }
  if (end > available) {
    throw fail(t`ends at byte ${end} of ${available}: the file is cut off, or its header lies`);
  }
  return { name, dtype: element, shape, begin, end };
}

function checkOffsets(entries: readonly Entry[], available: number, file: string): void {
  let end = 0;
  for (const entry of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (entry.begin < end) {
      throw new DataError(t`the tensor ${quoted(entry.name)} overlaps another one`, { file });
    }
    if (entry.begin > end) {
      throw new DataError(t`${entry.begin - end} bytes from byte ${end} on belong to no tensor`, { file });
    }
    end = entry.end;
  }
  if (end < available) {
    throw new DataError(t`the last ${available - end} bytes belong to no tensor`, { file });
  }
}
