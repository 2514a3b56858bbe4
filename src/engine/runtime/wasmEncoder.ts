import { Bytes } from "./bytes.ts";

/*
 * The binary format of WebAssembly, as far as it takes a function that makes fixed calls.
 * https://webassembly.github.io/spec/core/binary/
 */

/** The type of a parameter. */
export type NumberType = "i32" | "f64";

/** A call of the imported function of this name, with constants of these types. */
export interface Instruction {
  readonly name: string;
  readonly args: readonly number[];
  readonly types: readonly NumberType[];
}

const HEADER = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]; // "\0asm", version 1
const SECTION = { types: 1, imports: 2, functions: 3, exports: 7, code: 10 } as const;
const TYPE: Readonly<Record<NumberType, number>> = { i32: 0x7f, f64: 0x7c };
const FUNCTION_TYPE = 0x60;
const FUNCTION = 0x00;
const CALL = 0x10;
const I32_CONST = 0x41;
const F64_CONST = 0x44;
const END = 0x0b;

/** Where functions are imported from, and the name under which what makes all calls is exported. */
export const IMPORTED_FROM = "kernels";
export const EXPORTED_AS = "run";

/** Calls of one function: a long one is compiled slowly. */
const LONGEST = 128;

/** A module that makes these calls, in this order. */
export function emit(instructions: readonly Instruction[]): Uint8Array<ArrayBuffer> {
  const signatures = new Numbered<readonly NumberType[]>((types) => types.join());
  const noParameters = signatures.of([]);
  const imports = new Numbered<Instruction>(({ name, types }) => `${name} ${types.join()}`);
  const called = instructions.map((instruction) => imports.of(instruction));
  const importedAs = imports.all.map(({ types }) => signatures.of(types));

  const bodies: Bytes[] = [];
  for (let i = 0; i < instructions.length; i += LONGEST) {
    const body = new Bytes();
    const end = Math.min(i + LONGEST, instructions.length);
    for (let j = i; j < end; j++) call(body, instructions[j], called[j]);
    bodies.push(body);
  }
  const whole = new Bytes();
  const first = imports.all.length;
  bodies.forEach((_, i) => whole.byte(CALL).unsigned(first + i));
  bodies.push(whole);

  const module = new Bytes().bytes(HEADER);
  section(module, SECTION.types, signatures.all, (to, types) => {
    to.byte(FUNCTION_TYPE).unsigned(types.length);
    for (const type of types) to.byte(TYPE[type]);
    to.unsigned(0); // results
  });
  section(module, SECTION.imports, imports.all, (to, { name }, i) =>
    to.text(IMPORTED_FROM).text(name).byte(FUNCTION).unsigned(importedAs[i]),
  );
  section(module, SECTION.functions, bodies, (to) => to.unsigned(noParameters));
  section(module, SECTION.exports, [EXPORTED_AS], (to, name) =>
    to
      .text(name)
      .byte(FUNCTION)
      .unsigned(first + bodies.length - 1),
  );
  section(module, SECTION.code, bodies, (to, { written }) =>
    to
      .unsigned(written.length + 2)
      .unsigned(0) // local variables
      .bytes(written)
      .byte(END),
  );
  return module.written;
}

/** A section is its number, its size in bytes, and a list. */
function section<T>(
  module: Bytes,
  number: number,
  list: readonly T[],
  put: (to: Bytes, item: T, i: number) => void,
): void {
  const content = new Bytes().unsigned(list.length);
  list.forEach((item, i) => put(content, item, i));
  module.byte(number).unsigned(content.written.length).bytes(content.written);
}

function call(to: Bytes, { args, types }: Instruction, index: number): void {
  args.forEach((value, i) => {
    if (types[i] === "f64") to.byte(F64_CONST).double(value);
    else to.byte(I32_CONST).signed(value);
  });
  to.byte(CALL).unsigned(index);
}

/** Different things in the order in which they first came, without those whose key has come before. */
class Numbered<T> {
  readonly all: T[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #keyOf: (thing: T) => string;

  constructor(keyOf: (thing: T) => string) {
    this.#keyOf = keyOf;
  }

  of(thing: T): number {
    const key = this.#keyOf(thing);
    const number = this.#numbers.get(key) ?? this.all.push(thing) - 1;
    this.#numbers.set(key, number);
    return number;
  }
}
