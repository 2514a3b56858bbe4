import { t } from "../l10n/translate.ts";

/** A JSON Schema (draft 7), as far as the editor reads it. */
export type JsonSchema = { readonly [key: string]: unknown };

/** What a table's row says of one of its parameters: enough for the parser, the schema, completion and hover. */
export interface Param<T> {
  readonly doc: string;
  readonly schema: JsonSchema;
  /** The value as the engine uses it, or what was expected instead: `an integer of at least 1`. */
  read(json: unknown): { readonly value: T } | { readonly expected: string };
  /** PyTorch's default. `required` params have none. */
  readonly fallback?: T;
  readonly required: boolean;
  /** Its numbers are floats in PyTorch, which refuses integers in their place here and there; absent: integers, or no numbers. */
  readonly float?: true;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the bound of a type parameter: a param of any type
export type Params = Readonly<Record<string, Param<any>>>;

/** The values that belong to a record of params. */
export type Values<P extends Params> = { readonly [K in keyof P]: P[K] extends Param<infer T> ? T : never };

/** A row of a table that a model file names by `type`: a loss, an optimizer, an initialiser… and its parameters. */
export interface Declared<P extends Params = Params> {
  readonly doc: string;
  readonly params: P;
}

/** One row of a table, chosen, with its arguments complete. */
export interface Selection {
  readonly type: string;
  readonly params: Readonly<Record<string, unknown>>;
}

interface Bounds {
  readonly min?: number;
  readonly max?: number;
  /** The bound itself is not allowed. */
  readonly above?: number;
  readonly below?: number;
}

const define = <T>(
  doc: string,
  schema: JsonSchema,
  read: Param<T>["read"],
  fallback: readonly [] | readonly [T],
): Param<T> =>
  fallback.length
    ? { doc, schema, read, fallback: fallback[0], required: false }
    : { doc, schema, read, required: true };

const floats = <T>(param: Param<T>): Param<T> => ({ ...param, float: true });

const within = (n: number, { min, max, above, below }: Bounds): boolean =>
  (min === undefined || n >= min) &&
  (max === undefined || n <= max) &&
  (above === undefined || n > above) &&
  (below === undefined || n < below);

const describe = (what: string, { min, max, above, below }: Bounds): string => {
  if (min !== undefined && max !== undefined) return t`${what} from ${min} to ${max}`;
  const parts: string[] = [];
  if (min !== undefined) parts.push(t`of at least ${min}`);
  if (above !== undefined) parts.push(t`above ${above}`);
  if (max !== undefined) parts.push(t`of at most ${max}`);
  if (below !== undefined) parts.push(t`below ${below}`);
  return [what, ...parts].join(" ");
};

const boundsSchema = ({ min, max, above, below }: Bounds): JsonSchema => ({
  ...(min !== undefined && { minimum: min }),
  ...(max !== undefined && { maximum: max }),
  ...(above !== undefined && { exclusiveMinimum: above }),
  ...(below !== undefined && { exclusiveMaximum: below }),
});

/** A parameter that is absent when it is not given: `optional(integer("…"))`. */
export const optional = <T>(param: Param<T>): Param<T | undefined> => ({
  doc: param.doc,
  schema: param.schema,
  read: param.read,
  required: false,
  ...(param.float && { float: param.float }),
});

export function integer(
  doc: string,
  bounds: Bounds = {},
  ...fallback: readonly [] | readonly [number]
): Param<number> {
  const expected = describe(t`an integer`, bounds);
  return define(
    doc,
    { type: "integer", ...boundsSchema(bounds) },
    (json) =>
      Number.isSafeInteger(json) && within(json as number, bounds) ? { value: json as number } : { expected },
    fallback,
  );
}

/** The largest number of single precision. What is larger is infinite to a model, and no number to PyTorch. */
const MOST = (2 - 2 ** -23) * 2 ** 127;

/** What a number is read as, whose bounds are given; `expected` says which they are. */
const readNumber =
  (bounds: Bounds, expected: string): Param<number>["read"] =>
  (json) => {
    if (!Number.isFinite(json) || !within(json as number, bounds)) return { expected };
    if (Math.abs(json as number) <= MOST) return { value: json as number };
    return { expected: t`${expected}, within ±${MOST}: the largest of single precision` };
  };

export function number(
  doc: string,
  bounds: Bounds = {},
  ...fallback: readonly [] | readonly [number]
): Param<number> {
  const read = readNumber(bounds, describe(t`a number`, bounds));
  return floats(define(doc, { type: "number", ...boundsSchema(bounds) }, read, fallback));
}

export function boolean(doc: string, ...fallback: readonly [] | readonly [boolean]): Param<boolean> {
  return define(
    doc,
    { type: "boolean" },
    (json) => (typeof json === "boolean" ? { value: json } : { expected: t`true or false` }),
    fallback,
  );
}

export function text(doc: string, ...fallback: readonly [] | readonly [string]): Param<string> {
  return define(
    doc,
    { type: "string" },
    (json) => (typeof json === "string" && json !== "" ? { value: json } : { expected: t`a text` }),
    fallback,
  );
}

export function choice<const T extends string>(
  doc: string,
  options: readonly T[],
  ...fallback: readonly [] | readonly [NoInfer<T>]
): Param<T> {
  const expected = t`one of ${options.map((option) => JSON.stringify(option)).join(", ")}`;
  return define<T>(
    doc,
    { enum: options },
    (json) => (options.includes(json as T) ? { value: json as T } : { expected }),
    fallback,
  );
}

/** A list of numbers of a fixed length, such as Adam's `betas`. */
export function numbers(
  doc: string,
  length: number,
  bounds: Bounds = {},
  ...fallback: readonly [] | readonly [readonly number[]]
): Param<readonly number[]> {
  const expected = t`a list of ${length} ${describe(t`numbers`, bounds)}`;
  return floats(
    define<readonly number[]>(
      doc,
      {
        type: "array",
        items: { type: "number", ...boundsSchema(bounds) },
        minItems: length,
        maxItems: length,
      },
      (json) =>
        Array.isArray(json) &&
        json.length === length &&
        json.every((n) => Number.isFinite(n) && within(n as number, bounds))
          ? { value: json as number[] }
          : { expected },
      fallback,
    ),
  );
}

/** One integer for every dimension, or a list of `dims` of them; always read as the list. */
export function sizes(
  doc: string,
  dims: number,
  bounds: Bounds = {},
  ...fallback: readonly [] | readonly [readonly number[]]
): Param<readonly number[]> {
  const one = { type: "integer", ...boundsSchema(bounds) };
  const fits = (n: unknown): n is number => Number.isSafeInteger(n) && within(n as number, bounds);
  const expected = `${describe(t`an integer`, bounds)}${dims > 1 ? t`, or a list of ${dims} of them` : ""}`;
  return define<readonly number[]>(
    doc,
    { anyOf: [one, { type: "array", items: one, minItems: dims, maxItems: dims }] },
    (json) => {
      if (fits(json)) return { value: Array<number>(dims).fill(json) };
      return Array.isArray(json) && json.length === dims && json.every(fits) ? { value: json } : { expected };
    },
    fallback,
  );
}

/** A list of positive integers of any length from 1 on, such as a shape. */
export function shape(
  doc: string,
  ...fallback: readonly [] | readonly [readonly number[]]
): Param<readonly number[]> {
  return define<readonly number[]>(
    doc,
    { type: "array", items: { type: "integer", minimum: 1 }, minItems: 1 },
    (json) =>
      Array.isArray(json) &&
      json.length > 0 &&
      json.every((n) => Number.isSafeInteger(n) && (n as number) >= 1)
        ? { value: json as number[] }
        : { expected: t`a list of integers of at least 1` },
    fallback,
  );
}

/** One text, or a list of texts; always read as the list. */
export function texts(
  doc: string,
  ...fallback: readonly [] | readonly [readonly string[]]
): Param<readonly string[]> {
  const fits = (json: unknown): json is string => typeof json === "string" && json !== "";
  return define<readonly string[]>(
    doc,
    { anyOf: [{ type: "string" }, { type: "array", items: { type: "string" }, minItems: 1 }] },
    (json) => {
      if (fits(json)) return { value: [json] };
      return Array.isArray(json) && json.length > 0 && json.every(fits)
        ? { value: json }
        : { expected: t`a text, or a list of texts` };
    },
    fallback,
  );
}

/** A param that takes what either of two takes; the first that fits decides. */
export const either = <A, B>(a: Param<A>, b: Param<B>): Param<A | B> => ({
  ...a,
  schema: { anyOf: [a.schema, b.schema] },
  read(json) {
    const first = a.read(json);
    if ("value" in first) return first;
    const second = b.read(json);
    return "value" in second ? second : { expected: t`${first.expected}, or ${second.expected}` };
  },
});
