import type { JsonSchema } from "../../src/engine/params.ts";

/** What the schema expects of a value, as the editor's JSON service reads it: for the keywords that ours uses. */
export class Reading {
  readonly #root: JsonSchema;
  /** Schemas that speak of the value at a path: completion and hover take their words from these. */
  readonly matches = new Map<string, JsonSchema[]>();
  readonly failures: string[] = [];

  constructor(root: JsonSchema, value: unknown) {
    this.#root = root;
    this.#read(root, value, "", this.failures);
  }

  /** Names that the schemas at a path offer as properties. */
  properties(path: string): readonly string[] {
    const names = (this.matches.get(path) ?? []).flatMap(({ properties }) => Object.keys(properties ?? {}));
    return [...new Set(names)];
  }

  /** All values of `keyword` in the schemas at a path. */
  keyword(path: string, keyword: string): readonly unknown[] {
    return (this.matches.get(path) ?? []).flatMap((schema) => (keyword in schema ? [schema[keyword]] : []));
  }

  #read(schema: JsonSchema, value: unknown, path: string, failures: string[]): void {
    this.matches.set(path, [...(this.matches.get(path) ?? []), schema]);
    const fail = (keyword: string): void => void failures.push(`${path}: ${keyword}`);
    const {
      $ref,
      type,
      enum: options,
      allOf,
      anyOf,
      properties,
      additionalProperties,
      items,
      required,
    } = schema;
    if (typeof $ref === "string") this.#read(this.resolve($ref), value, path, failures);
    if (
      typeof type === "string" &&
      typeOf(value) !== type &&
      !(type === "integer" && Number.isInteger(value))
    )
      fail("type");
    if (Array.isArray(options) && !options.includes(value)) fail("enum");
    if ("const" in schema && schema.const !== value) fail("const");
    for (const part of (allOf ?? []) as JsonSchema[]) this.#read(part, value, path, failures);
    if (Array.isArray(anyOf) && !anyOf.some((part) => this.#silent(part as JsonSchema, value, path)))
      fail("anyOf");
    if (schema.if && this.#test(schema.if as JsonSchema, value))
      this.#read(schema.then as JsonSchema, value, path, failures);
    if (Array.isArray(value)) {
      if (items) value.forEach((item, i) => this.#read(items as JsonSchema, item, `${path}/${i}`, failures));
    } else if (typeof value === "object" && value !== null) {
      const record = value as Readonly<Record<string, unknown>>;
      for (const name of (required ?? []) as string[])
        if (!Object.hasOwn(record, name)) fail(`required ${name}`);
      for (const [name, member] of Object.entries(record)) {
        const known = (properties ?? {}) as Readonly<Record<string, JsonSchema>>;
        const its = Object.hasOwn(known, name)
          ? known[name]
          : (additionalProperties as JsonSchema | undefined);
        if (its) this.#read(its, member, `${path}/${name}`, failures);
      }
    }
  }

  /** Whether one of several fits; what it says is kept if so. */
  #silent(schema: JsonSchema, value: unknown, path: string): boolean {
    const failures: string[] = [];
    if (this.#test(schema, value)) this.#read(schema, value, path, failures);
    return this.#test(schema, value);
  }

  #test(schema: JsonSchema, value: unknown): boolean {
    return new Reading({ ...schema, definitions: this.#root.definitions }, value).failures.length === 0;
  }

  resolve(ref: string): JsonSchema {
    const definitions = this.#root.definitions as Readonly<Record<string, JsonSchema>>;
    const name = ref.replace("#/definitions/", "");
    if (!Object.hasOwn(definitions, name)) throw new Error(`no definition for ${ref}`);
    return definitions[name];
  }
}

const typeOf = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
