import { rules } from "../../parallel/rules/index.ts";
import type { Touch } from "../../parallel/touches.ts";
import type { Call } from "../../record.ts";
import type { Kernels } from "../kernels.ts";
import type { Memory } from "../memory.ts";

/** Those of the kernels that can be tried, since it is known what they write; for the rest the trusted ones. */
export const triable = (kernels: Kernels, trusted: Kernels): Kernels => ({
  ...trusted,
  ...Object.fromEntries(Object.entries(kernels).filter(([name]) => name in rules)),
});

/**
 * Makes a call with the kernels that are trusted, then with others from what memory held before. Whether both have written the
 * same bits; what the trusted one wrote is there to stay.
 */
export function agree({ kernel, args }: Call, trusted: Kernels, others: Kernels, memory: Memory): boolean {
  const [known, other]: readonly Kernel[] = [trusted[kernel], others[kernel]];
  if (known === other) {
    known(...args);
    return true;
  }
  const touches = rules[kernel]?.touches(args) ?? [];
  const written = touches.filter(({ writes }) => writes).map((touch) => bitsOf(memory, touch));
  const before = copies(written);
  known(...args);
  const right = copies(written);
  restore(written, before);
  other(...args);
  const same = written.every((bits, i) => equal(bits, right[i]));
  restore(written, right);
  return same;
}

type Kernel = (...args: readonly number[]) => void;

const bitsOf = ({ floats, doubles }: Memory, touch: Touch): Int32Array => {
  const part = (touch.doubles ? doubles : floats).subarray(touch.at, touch.at + touch.size);
  return new Int32Array(part.buffer, part.byteOffset, part.byteLength / Int32Array.BYTES_PER_ELEMENT);
};

const copies = (parts: readonly Int32Array[]): readonly Int32Array[] => parts.map((bits) => bits.slice());

const restore = (parts: readonly Int32Array[], from: readonly Int32Array[]): void =>
  parts.forEach((bits, i) => bits.set(from[i]));

function equal(a: Int32Array, b: Int32Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
