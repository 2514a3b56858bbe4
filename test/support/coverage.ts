import type { Declared, JsonSchema, Param } from "../../src/engine/params.ts";
import type { Tables } from "../../src/model/tables.ts";

/** A params object as a model file writes it. */
export type Written = Record<string, unknown>;

export type Group = "layers" | "losses" | "optimizers" | "schedulers" | "inits" | "dataSets";

/** What has been drawn: of every type how often, of each of its params which values. */
export class Coverage {
  readonly #types = new Map<string, number>();
  readonly #given = new Set<string>();
  readonly #values = new Map<string, number>();

  count(group: Group, type: string): number {
    return this.#types.get(`${group}.${type}`) ?? 0;
  }

  /** How often a type has been drawn, for each thing that can be said of it. */
  share(group: Group, type: string, { params }: Declared): number {
    const options = Object.values(params).map(({ schema }) => Math.max(1, optionsOf(schema).length));
    return this.count(group, type) / options.reduce((sum, n) => sum + n, 1);
  }

  /** How often a param of a type has had a value. */
  countValue(group: Group, type: string, name: string, value: unknown): number {
    return this.#values.get(valueKey(group, type, name, value)) ?? 0;
  }

  add(group: Group, type: string, params: Written): void {
    this.#types.set(`${group}.${type}`, this.count(group, type) + 1);
    for (const [name, value] of Object.entries(params)) {
      this.#values.set(valueKey(group, type, name, value), this.countValue(group, type, name, value) + 1);
      this.#given.add(`${group}.${type}.${name}`);
    }
  }

  /** Types that were never drawn, params that were never given, and options of them that were never chosen. */
  missing(tables: Tables, groups: readonly Group[]): readonly string[] {
    return groups.flatMap((group) =>
      Object.entries(tables[group] as Readonly<Record<string, Declared>>).flatMap(([type, { params }]) =>
        this.count(group, type) === 0
          ? [`${group}.${type}`]
          : Object.entries(params).flatMap(([name, param]) => this.#missingOf(group, type, name, param)),
      ),
    );
  }

  #missingOf(group: Group, type: string, name: string, { schema }: Param<unknown>): readonly string[] {
    const key = `${group}.${type}.${name}`;
    if (!this.#given.has(key)) return [key];
    return optionsOf(schema)
      .filter((option) => this.countValue(group, type, name, option) === 0)
      .map((option) => `${key} = ${JSON.stringify(option)}`);
  }
}

const valueKey = (group: Group, type: string, name: string, value: unknown): string =>
  `${group}.${type}.${name} = ${JSON.stringify(value)}`;

/** The values of a param that has only so many; none where it has more. */
export const optionsOf = ({ type, enum: options }: JsonSchema): readonly unknown[] =>
  type === "boolean" ? [true, false] : Array.isArray(options) ? options : [];
