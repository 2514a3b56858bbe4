import { t } from "../l10n/translate.ts";
import type { Merged } from "./extends.ts";
import { mergeAll } from "./extends.ts";
import type { ModelBody } from "./file.ts";
import { readFile } from "./file.ts";
import type { Json, Place, Range } from "./json.ts";
import { memberOf } from "./json.ts";
import { LIMITS } from "./limits.ts";
import { Lists } from "./lists.ts";
import type { Registries } from "./registries.ts";
import { registriesOf } from "./registries.ts";
import type { ReadModel } from "./model.ts";
import { readModel } from "./model.ts";
import { grouped } from "./names.ts";
import type { Parsed, ParsedModel } from "./parsed.ts";
import type { Finding, Report } from "./report.ts";
import { Collector } from "./report.ts";
import type { Tables } from "./tables.ts";
import { JsonReader } from "./text.ts";

/**
 * Reads the texts that a file has one after the other. A model is read anew only where its own text has changed, or a model
 * that it extends; the result is that of a reader who sees the text for the first time.
 */
export class FileReader {
  readonly #tables: Tables;
  readonly #registries: Registries;
  readonly #lists: Lists;
  readonly #json = new JsonReader();
  #known: ReadonlyMap<string, Known> = new Map();

  constructor(tables: Tables) {
    this.#tables = tables;
    this.#registries = registriesOf(tables);
    this.#lists = new Lists({ layers: tables.layers, registries: this.#registries });
  }

  /** What the text says, and all that is wrong with it. Never throws, whatever the text. */
  read(text: string): Parsed {
    const collector = new Collector();
    const mistakes: Place[] = [];
    const outer: Report = (finding) => {
      mistakes.push(finding.at);
      collector.report(finding);
    };
    const { root, complete } = this.#json.read(text, outer);
    this.#lists.begin();
    const bodies = readFile(root, complete ? outer : exceptMissing(outer));
    const valid = complete ? validModels(bodies, mistakes) : new Set<string>();
    const file = { root, bodies, collector, valid, complete, budget: new Budget() };

    const known = new Map<string, Known>();
    const models: ParsedModel[] = [];
    for (const [name, merged] of mergeAll(bodies, collector.report)) {
      const body = bodies.get(name);
      if (body) models.push(this.#readOne(name, body, merged, file, known));
    }
    this.#known = known;
    models.sort((a, b) => a.key.offset - b.key.offset);
    return { models, problems: collector.problems(), complete };
  }

  #readOne(
    name: string,
    body: ModelBody,
    merged: Merged,
    file: File,
    known: Map<string, Known>,
  ): ParsedModel {
    const { valid, collector, bodies } = file;
    const { base, complete } = merged;
    if (!complete || (base !== undefined && !valid.has(base))) valid.delete(name);
    const reporter = collector.reportFor(name, body.range);
    const sources = {
      own: memberOf(memberOf(file.root, "models"), name),
      base: base === undefined ? undefined : known.get(base),
      complete: complete && file.complete,
    };
    const before = this.#known.get(name);
    const same = before !== undefined && isAsBefore(before, sources, file.budget);
    const one = same ? before : this.#readNow(name, body, merged, file, sources);
    known.set(name, one);
    const report = sources.complete ? reporter : exceptMissing(reporter);
    for (const { finding, from, offset } of one.findings) {
      const around = bodies.get(from)?.range.offset ?? 0;
      report({ ...finding, at: { ...placeOf(finding.at), offset: around + offset } });
    }
    const { spec, stack } = one.read;
    return {
      name,
      ...(base !== undefined && { base }),
      key: rangeOf(body.at),
      body: rangeOf(body.json),
      ...(spec && valid.has(name) && { spec, parameters: stack?.parameters ?? 0 }),
      declarations: stack?.declarations() ?? [],
    };
  }

  #readNow(name: string, { at }: ModelBody, { json }: Merged, file: File, sources: Sources): Known {
    const findings: Finding[] = [];
    const report: Report = (finding) => findings.push(finding);
    let asked: Known["asked"];
    const afford = (rows: number): boolean => {
      const granted = file.budget.take(rows);
      asked = { rows, granted };
      if (!granted) report({ code: "limit.layers-of-file", at, message: TOO_MANY_LAYERS });
      return granted;
    };
    const around = { tables: this.#tables, registries: this.#registries, lists: this.#lists, report, afford };
    const read = readModel({ name, at, json }, around);
    return { ...sources, read, asked, findings: anchored(findings, name, file.bodies) };
  }
}

/** What one text holds, while it is read. */
interface File {
  readonly root: Json | undefined;
  readonly bodies: ReadonlyMap<string, ModelBody>;
  readonly collector: Collector;
  /** Names of the models that may run, as far as is known: one that extends another may not where that one may not. */
  readonly valid: Set<string>;
  /** The text is JSON from end to end. */
  readonly complete: boolean;
  readonly budget: Budget;
}

/** What the reading of a model depends on, beside the number of layers in front of it. */
interface Sources {
  /** Its object, which stays the same while its text does. */
  readonly own: Json | undefined;
  readonly base: Known | undefined;
  /** Nothing is missing: the text, and all that it extends, is there. */
  readonly complete: boolean;
}

/** What was read of a model. */
interface Known extends Sources {
  readonly read: ReadModel;
  readonly findings: readonly Anchored[];
  /** The rows that it asked for, and whether it got them. */
  readonly asked: { readonly rows: number; readonly granted: boolean } | undefined;
}

/** A finding that follows the model in whose text it lies. */
interface Anchored {
  readonly finding: Finding;
  readonly from: string;
  /** From the beginning of that model's text. */
  readonly offset: number;
}

function anchored(
  findings: readonly Finding[],
  own: string,
  bodies: ReadonlyMap<string, ModelBody>,
): readonly Anchored[] {
  let from = own;
  return findings.map((finding) => {
    const { offset } = finding.at;
    const isIn = (body: ModelBody | undefined): boolean =>
      body !== undefined && body.range.offset <= offset && offset < body.range.offset + body.range.length;
    // Most lie in the same model's text as the one before.
    if (!isIn(bodies.get(from))) from = [...bodies].find(([, body]) => isIn(body))?.[0] ?? own;
    return { finding, from, offset: offset - (bodies.get(from)?.range.offset ?? 0) };
  });
}

/** Takes the rows from the file's budget, as reading would have. */
function isAsBefore(before: Known, { own, base, complete }: Sources, budget: Budget): boolean {
  if (own === undefined || before.own !== own || before.base !== base || before.complete !== complete)
    return false;
  if (before.asked === undefined) return true;
  if (budget.grants(before.asked.rows) !== before.asked.granted) return false;
  budget.take(before.asked.rows);
  return true;
}

/** Models that no mistake was found in before they were read; none where the mistake is outside of all. */
function validModels(bodies: ReadonlyMap<string, ModelBody>, mistakes: readonly Place[]): Set<string> {
  const valid = new Set(bodies.keys());
  for (const { offset } of mistakes.slice(0, LIMITS.problems)) {
    const around = [...bodies].filter(
      ([, { range }]) => range.offset <= offset && offset < range.offset + range.length,
    );
    if (around.length === 0) return new Set();
    for (const [name] of around) valid.delete(name);
  }
  return mistakes.length > LIMITS.problems ? new Set() : valid;
}

const rangeOf = ({ offset, length }: Range): Range => ({ offset, length });

const placeOf = ({ offset, length, parent, key }: Place): Place => ({ offset, length, parent, key });

/** Where the text breaks off, or a base model is not there, nobody can say what is missing. */
const exceptMissing =
  (report: Report): Report =>
  (finding) => {
    if (!finding.code.endsWith(".missing")) report(finding);
  };

const TOO_MANY_LAYERS = t`the models up to this one have more than ${grouped(LIMITS.layersOfFile)} layers together`;

/** Counts the layers of all models together: what is made of them is held in memory, and some of it made at every key. */
class Budget {
  #left: number = LIMITS.layersOfFile;

  grants(rows: number): boolean {
    return this.#left >= rows;
  }

  take(rows: number): boolean {
    const granted = this.grants(rows);
    this.#left -= rows;
    return granted;
  }
}
