import type { Declared } from "../../src/engine/params.ts";
import type { Tables } from "../../src/model/tables.ts";
import type { Written } from "./randomParams.ts";

type Group = "layers" | "losses" | "optimizers" | "schedulers" | "inits" | "dataSets";

/** What has been drawn: of every type how often, of each of its params which values. */
export class Coverage {
  readonly #types = new Map<string, number>();
  readonly #values = new Map<string, Set<string>>();

  count(group: Group, type: string): number {
    return this.#types.get(`${group}.${type}`) ?? 0;
  }

  add(group: Group, type: string, params: Written): void {
    this.#types.set(`${group}.${type}`, this.count(group, type) + 1);
    for (const [name, value] of Object.entries(params)) {
      const key = `${group}.${type}.${name}`;
      this.#values.set(key, (this.#values.get(key) ?? new Set()).add(JSON.stringify(value)));
    }
  }

  /** Types that were never drawn, params that were never given, and options of them that were never chosen. */
  missing(tables: Tables, groups: readonly Group[], except: ReadonlySet<string>): readonly string[] {
    return groups
      .flatMap((group) =>
        Object.entries(tables[group] as Readonly<Record<string, Declared>>).flatMap(([type, declared]) =>
          this.#missingOf(`${group}.${type}`, declared),
        ),
      )
      .filter((key) => !except.has(key));
  }

  #missingOf(key: string, { params }: Declared): readonly string[] {
    if (!this.#types.has(key)) return [key];
    return Object.entries(params).flatMap(([name, { schema }]) => {
      const drawn = this.#values.get(`${key}.${name}`) ?? new Set<string>();
      if (drawn.size === 0) return [`${key}.${name}`];
      const options = schema["type"] === "boolean" ? [true, false] : ((schema["enum"] as unknown[] | undefined) ?? []);
      return options
        .map((option) => JSON.stringify(option))
        .filter((option) => !drawn.has(option))
        .map((option) => `${key}.${name} = ${option}`);
    });
  }
}
