import type { Call } from "../compile/recorder.ts";
import type { AnyArgs, Descriptor } from "../kernels/kernel.ts";
import { described } from "../kernels/kernels.ts";

/*
 * Descriptors as structs in memory: fields in their order, each at a multiple of its own size, as AssemblyScript lays out a class.
 */

/** In bytes. */
const sizeOf = (kind: string): number => (kind === "number" ? 8 : 4);

/** Structs begin at multiples of so many bytes. */
const ALIGNMENT = 16;
const align = (at: number, size: number): number => Math.ceil(at / size) * size;

/** Where each field lies, in bytes from the beginning, and where the next struct may begin. */
export function layoutOf({ fields }: Descriptor): {
  readonly offsets: ReadonlyMap<string, number>;
  readonly size: number;
} {
  const offsets = new Map<string, number>();
  let end = 0;
  for (const [name, kind] of Object.entries(fields)) {
    const at = align(end, sizeOf(kind));
    offsets.set(name, at);
    end = at + sizeOf(kind);
  }
  return { offsets, size: align(end, ALIGNMENT) };
}

/** The same for descriptors with the same fields. */
const keyOf = ({ name, fields }: Descriptor, values: AnyArgs): string =>
  `${name} ${Object.keys(fields)
    .map((field) => values[field])
    .join()}`;

/** Bytes that the descriptors of these calls take: equal ones lie in memory once. */
export function descriptorBytes(calls: Iterable<Call>): number {
  const seen = new Set<string>();
  let bytes = 0;
  for (const { kernel, descriptor } of calls) {
    const type = described[kernel].descriptor;
    if (!type || !descriptor) continue;
    const key = keyOf(type, descriptor);
    if (!seen.has(key)) bytes += layoutOf(type).size;
    seen.add(key);
  }
  return bytes;
}

/** The descriptors of a memory. Each is written once, before the first call that names it, and only read from then on. */
export class Descriptors {
  readonly #view: DataView;
  readonly #end: number;
  #next: number;
  readonly #addresses = new Map<string, number>();
  /** Calls from JavaScript name the same object again and again. */
  readonly #known = new WeakMap<AnyArgs, number>();

  /** In `room` bytes from `at` on. */
  constructor({ buffer }: WebAssembly.Memory, at: number, room: number) {
    this.#view = new DataView(buffer);
    this.#next = at;
    this.#end = at + room;
  }

  /** Where one with these fields lies. */
  addressOf(type: Descriptor, values: AnyArgs): number {
    const known = this.#known.get(values);
    if (known !== undefined) return known;
    const key = keyOf(type, values);
    const address = this.#addresses.get(key) ?? this.#write(type, values);
    this.#addresses.set(key, address);
    this.#known.set(values, address);
    return address;
  }

  #write(type: Descriptor, values: AnyArgs): number {
    const { offsets, size } = layoutOf(type);
    const address = this.#next;
    if (address + size > this.#end) throw new Error(`no room for a ${type.name}`);
    for (const [name, offset] of offsets) {
      if (type.fields[name] === "number") this.#view.setFloat64(address + offset, values[name], true);
      else this.#view.setInt32(address + offset, values[name], true);
    }
    this.#next += size;
    return address;
  }
}

/** The fields of the descriptor at an address. */
export function readDescriptor(type: Descriptor, { buffer }: WebAssembly.Memory, address: number): AnyArgs {
  const view = new DataView(buffer);
  const valueOf = (name: string, at: number) =>
    type.fields[name] === "number" ? view.getFloat64(at, true) : view.getInt32(at, true);
  return Object.fromEntries(
    Array.from(layoutOf(type).offsets, ([name, offset]) => [name, valueOf(name, address + offset)]),
  );
}
