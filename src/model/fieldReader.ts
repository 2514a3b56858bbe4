import type { Selection } from "../engine/params.ts";
import { t } from "../l10n/translate.ts";
import { readSelection } from "./selection.ts";
import type { WrittenInit } from "./entry.ts";
import { plainFields } from "./fields.ts";
import type { Json, JsonObject, Place } from "./json.ts";
import { memberOf } from "./json.ts";
import type { Registries } from "./registries.ts";
import type { Report } from "./report.ts";
import { readValue } from "./values.ts";

/** Reads the fields of one model, each whatever is wrong with the others, and knows whether anything was. */
export class FieldReader {
  readonly #json: JsonObject;
  readonly #registries: Registries;
  readonly report: Report;
  #failed = false;

  constructor(json: JsonObject, registries: Registries, report: Report) {
    this.#json = json;
    this.#registries = registries;
    this.report = (finding) => {
      this.#failed ||= finding.severity !== "warning";
      report(finding);
    };
  }

  get failed(): boolean {
    return this.#failed;
  }

  /** Reports every field that is not there. */
  require(fields: Readonly<Record<string, string>>, at: Place): void {
    for (const [key, what] of Object.entries(fields)) {
      if (this.#json.members.has(key)) continue;
      this.report({ code: "model.missing", at, message: t`a model needs ${key} (${what})` });
    }
  }

  /** What `read` makes of a field, where there is one. */
  get<T>(key: string, read: (written: Json) => T | undefined): T | undefined {
    const written = memberOf(this.#json, key);
    if (!written) return undefined;
    const value = read(written);
    if (value === undefined) this.#failed = true;
    return value;
  }

  choice(key: keyof Registries, unwritten?: string): Selection | undefined {
    const registry = this.#registries[key];
    if (unwritten === undefined || this.#json.members.has(key)) {
      return this.get(key, (written) => readSelection(registry, written, this.report));
    }
    return readSelection(registry, { ...this.#json, kind: "string", value: unwritten }, this.report);
  }

  init(key: "init" | "bias_init"): WrittenInit | undefined {
    return this.get(key, (at) => {
      const selection = readSelection(this.#registries[key], at, this.report);
      return selection && { selection, at };
    });
  }

  plain<T>(key: keyof typeof plainFields): T | undefined {
    return this.get(key, (written) => {
      // The param that declares the field reads it, so the cast says what that gives.
      const read = readValue<unknown>(plainFields[key], key, written, "model", this.report);
      return read?.value as T | undefined;
    });
  }
}
