import type { Change } from "../edit.ts";
import { editsFor, applyEdits } from "../edit.ts";
import type { TextEdit } from "../editText.ts";
import { memberOf, plain } from "../json.ts";
import { draftOf, type Draft, type Fields } from "./draft.ts";
import { added, changesOf, isSame } from "./difference.ts";
import { patchOf } from "./patch.ts";
import { type Link, writtenModel, type WrittenModel } from "./written.ts";

/**
 * Which text is edited where a model extends another: its own, so that it alone changes, or where each field is written, so
 * that all models change that extend the same.
 */
export type Where = "variant" | "base";

/**
 * The edits after which the file's model reads as `after`, and no comment is lost; `undefined` where no edit makes it so. What
 * comes of them has been read again and compared.
 */
export function rewrite(
  text: string,
  model: WrittenModel,
  after: Draft,
  where: Where = "variant",
): readonly TextEdit[] | undefined {
  const own = model.chain.slice(0, 1);
  for (const owners of where === "base" ? [model.chain.slice(1), own] : [own]) {
    if (owners.length === 0) continue;
    const edits = editsFor(text, changesIn(model, after, owners));
    if (edits && isResult(applyEdits(text, edits), model.name, after)) return edits;
  }
  return undefined;
}

const isResult = (text: string, name: string, after: Draft): boolean => {
  const model = writtenModel(text, name);
  return model !== undefined && isSame(draftOf(model.fields), after);
};

/** Each field that changes is written by one of the owners: the one in whose text it stands, else the first. */
function changesIn(
  { fields, chain }: WrittenModel,
  after: Draft,
  owners: readonly Link[],
): readonly Change[] {
  const before = draftOf(fields);
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .filter((name) => !isSame(before[name], after[name]))
    .flatMap((name) => {
      const owner = owners.find(({ own }) => memberOf(own, name)) ?? owners[0];
      return owner ? changesOfField(name, after[name], owner, chain) : [];
    });
}

function changesOfField(
  name: string,
  after: unknown,
  owner: Link,
  chain: readonly Link[],
): readonly Change[] {
  const path = ["models", owner.name, name];
  const base = chain[chain.indexOf(owner) + 1];
  const inherited = base && memberOf(base.fields, name);
  const own = memberOf(owner.own, name);
  if (Array.isArray(after)) {
    const source = own ? owner : chain.find((link) => memberOf(link.own, name));
    if (!source) return [{ kind: "set", path, value: after }];
    const before = draftOf(source.own)[name];
    const copy: Change = { kind: "copy", path, from: ["models", source.name, name] };
    return [...(own ? [] : [copy]), ...changesOf(before, after, path)];
  }
  const written = inherited ? patchOf(plain(inherited), after) : after;
  if (own) return changesOf(plain(own), written, path);
  return [added(plain(owner.own) as Fields, name, written, ["models", owner.name])];
}
