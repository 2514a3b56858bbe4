import type { ModelSpec } from "../engine/spec.ts";
import type { Problem } from "../protocol/problem.ts";
import type { Declaration } from "./declarations.ts";
import type { Merged } from "./extends.ts";
import { mergeAll } from "./extends.ts";
import type { ModelBody } from "./file.ts";
import { readFile } from "./file.ts";
import type { Place, Range } from "./json.ts";
import { LIMITS } from "./limits.ts";
import { Lists } from "./lists.ts";
import type { Menus } from "./menus.ts";
import { menusOf } from "./menus.ts";
import { readModel } from "./model.ts";
import { grouped } from "./names.ts";
import type { Report } from "./report.ts";
import { Collector } from "./report.ts";
import type { Tables } from "./tables.ts";
import { standard } from "./tables.ts";
import { readJson } from "./text.ts";

/** One model of a file. */
export interface ParsedModel {
  readonly name: string;
  /** Its name in the text, with the quotes. */
  readonly key: Range;
  /** Its object in the text. */
  readonly body: Range;
  /** Absent where it cannot run. */
  readonly spec?: ModelSpec;
  /** Number of trainable values; absent with `spec`. */
  readonly parameters?: number;
  /** Its layers, those that it has from the model it extends included; in the order of the text. */
  readonly declarations: readonly Declaration[];
}

export interface Parsed {
  /** In the order of the text. */
  readonly models: readonly ParsedModel[];
  readonly problems: readonly Problem[];
}

/** What a model file says, and all that is wrong with it. Never throws, whatever the text. */
export function parse(text: string, tables: Tables = standard): Parsed {
  const collector = new Collector();
  const mistakes: Place[] = [];
  const outer: Report = (finding) => {
    mistakes.push(finding.at);
    collector.report(finding);
  };
  const { root, whole } = readJson(text, outer);
  const bodies = readFile(root, whole ? outer : exceptMissing(outer));
  const sound = whole ? soundModels(bodies, mistakes) : new Set<string>();
  const menus = menusOf(tables);
  const lists = new Lists({ layers: tables.layers, menus });
  const file = { tables, collector, sound, whole, menus, lists, afford: budget() };

  const models: ParsedModel[] = [];
  for (const [name, merged] of mergeAll(bodies, collector.report)) {
    const body = bodies.get(name);
    if (body) models.push(readOne(name, body, merged, file));
  }
  models.sort((a, b) => a.key.offset - b.key.offset);
  return { models, problems: collector.problems() };
}

interface File {
  readonly tables: Tables;
  readonly collector: Collector;
  /** Names of the models that may run, as far as is known: one that extends another may not where that one may not. */
  readonly sound: Set<string>;
  /** The text is JSON from end to end. */
  readonly whole: boolean;
  readonly menus: Menus;
  readonly lists: Lists;
  afford(rows: number, at: Place, report: Report): boolean;
}

function readOne(
  name: string,
  { at, json: own, range }: ModelBody,
  { json, base, whole }: Merged,
  file: File,
): ParsedModel {
  const { sound, collector } = file;
  if (!whole || (base !== undefined && !sound.has(base))) sound.delete(name);
  const told = collector.reportFor(name, range);
  const report = whole && file.whole ? told : exceptMissing(told);
  const afford = (rows: number): boolean => file.afford(rows, at, report);
  const { spec, stack } = readModel({ name, at, json }, { ...file, report, afford });
  return {
    name,
    key: rangeOf(at),
    body: rangeOf(own),
    ...(spec && sound.has(name) && { spec, parameters: stack?.parameters ?? 0 }),
    declarations: stack?.declarations ?? [],
  };
}

/** Models that no mistake was found in before they were read; none where the mistake is outside of all. */
function soundModels(bodies: ReadonlyMap<string, ModelBody>, mistakes: readonly Place[]): Set<string> {
  const sound = new Set(bodies.keys());
  for (const { offset } of mistakes.slice(0, LIMITS.problems)) {
    const around = [...bodies].filter(
      ([, { range }]) => range.offset <= offset && offset < range.offset + range.length,
    );
    if (around.length === 0) return new Set();
    for (const [name] of around) sound.delete(name);
  }
  return mistakes.length > LIMITS.problems ? new Set() : sound;
}

const rangeOf = ({ offset, length }: Range): Range => ({ offset, length });

/** Where the text breaks off, or a base model is not there, nobody can say what is missing. */
const exceptMissing =
  (report: Report): Report =>
  (finding) => {
    if (!finding.code.endsWith(".missing")) report(finding);
  };

/** Counts the layers of all models together: they are all made anew at every key that is pressed. */
function budget(): (rows: number, at: Place, report: Report) => boolean {
  let left: number = LIMITS.layersOfFile;
  return (rows, at, report) => {
    left -= rows;
    if (left >= 0) return true;
    const message = `the models up to this one have more than ${grouped(LIMITS.layersOfFile)} layers together`;
    report({ code: "limit.layers-of-file", at, message });
    return false;
  };
}
