import type { ModelSpec } from "../../engine/spec.ts";
import type { FixName } from "../../protocol/fixNames.ts";
import { applyEdits } from "../edit.ts";
import type { TextEdit } from "../editText.ts";
import { parse } from "../parse.ts";
import type { Parsed, ParsedModel } from "../parsed.ts";
import { draftOf } from "./draft.ts";
import type { Cause, FixType } from "./fix.ts";
import { fixes } from "./index.ts";
import { rewrite, type Where } from "./rewrite.ts";
import { writtenModel, type WrittenModel } from "./written.ts";

/** A fix as edits of a file's text: one change, which one undo takes back. */
export interface Fix {
  /** What it does, in words and with the numbers. */
  readonly title: string;
  readonly edits: readonly TextEdit[];
}

export interface NamedFix extends Fix {
  readonly name: FixName;
}

const NO_CAUSE: Cause = { id: "" };

/** Those of the fixes that change something, in their order: each leaves a model without problems. */
export function fixesOf(text: string, model: string, wanted: Wanted): readonly NamedFix[] {
  const { names, cause = NO_CAUSE, where = "variant" } = wanted;
  const file = readFixable(text, model);
  return [...new Set(names)].flatMap((name) => {
    const fix = file && applied(file, fixes[name], cause, where);
    return fix ? [{ name, ...fix }] : [];
  });
}

export interface Wanted {
  readonly names: readonly FixName[];
  /** What they are to remedy: it tells where, and how much. */
  readonly cause?: Cause;
  readonly where?: Where;
}

/** A model of a text that can run, as it is written and as it is read. */
export interface Fixable {
  readonly text: string;
  readonly model: WrittenModel;
  readonly spec: ModelSpec;
  readonly parsed: Parsed;
}

/** `undefined` where the text has no such model, or it cannot run. */
export function readFixable(text: string, name: string): Fixable | undefined {
  const [model, parsed] = [writtenModel(text, name), parse(text)];
  const spec = named(parsed, name)?.spec;
  return model && spec && { text, model, spec, parsed };
}

/** What a fix does to the model; `undefined` where it changes nothing, or what it would leave has problems. */
export function applied(
  { text, model, spec, parsed }: Fixable,
  fix: FixType,
  cause: Cause = NO_CAUSE,
  where: Where = "variant",
): Fix | undefined {
  const changed = fix({ draft: draftOf(model.fields), spec, cause });
  const edits = changed && rewrite(text, model, changed.draft, where);
  if (!edits || edits.length === 0) return undefined;
  return isSound(parsed, parse(applyEdits(text, edits)), model.name)
    ? { title: changed.title, edits }
    : undefined;
}

/** The model can run, and so can all others that could; nothing is wrong that was not wrong before. */
const isSound = (before: Parsed, after: Parsed, name: string): boolean =>
  named(after, name)?.spec !== undefined &&
  before.models.every((model) => !model.spec || named(after, model.name)?.spec !== undefined) &&
  after.problems.length <= before.problems.length;

const named = ({ models }: Parsed, name: string): ParsedModel | undefined =>
  models.find((model) => model.name === name);
