import type { JsonSchema, Param, Params } from "../engine/params.ts";
import { t, translated } from "../l10n/translate.ts";

/*
 * What the editor's JSON service needs for completion and hover. It reports nothing: every value of the schema may
 * also be anything (`lenient`), nothing is required and no property is forbidden. The parser reports all of that, in
 * better words, with shapes, `extends` and "did you mean"; two squiggles for one mistake, one of which speaks of
 * thirty alternatives that did not match, help nobody.
 */
export const lenient = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, {}] });

/** What completion writes behind a name whose value has no default, so that the cursor is where the value goes. */
export const blank = (label: string, body: unknown): JsonSchema => ({ defaultSnippets: [{ label, body }] });

/** What the tables say of rows and fields is English there: the schema alone shows it, in the language in use. */
export const described = (doc: string): JsonSchema => ({ markdownDescription: translated(doc) });

export const whenType = (type: string, properties: JsonSchema): JsonSchema => ({
  if: { properties: { type: { const: type } }, required: ["type"] },
  then: { properties },
});

type Documented = Readonly<Record<string, { readonly doc: string; readonly params?: Params }>>;

export const typeSchema = (rows: Documented, doc: string): JsonSchema => ({
  markdownDescription: doc,
  ...lenient(enumOf(rows)),
});

export const enumOf = (rows: Documented): JsonSchema => ({
  enum: Object.keys(rows),
  markdownEnumDescriptions: Object.values(rows).map(describeRow),
});

function describeRow({ doc, params = {} }: Documented[string]): string {
  const list = Object.entries(params).map(
    ([name, param]) => `* \`${name}\`${valueOf(param)}: ${translated(param.doc)}`,
  );
  return [translated(doc), ...(list.length > 0 ? ["", ...list] : [])].join("\n");
}

const valueOf = <T>({ fallback, required }: Param<T>): string =>
  required ? t` (required)` : fallback === undefined ? "" : ` = ${JSON.stringify(fallback)}`;

/** `say`: how a doc is said. */
export const propertiesOf = (params: Params, say = translated): JsonSchema =>
  Object.fromEntries(Object.entries(params).map(([name, param]) => [name, property(param, say)]));

export function property<T>(param: Param<T>, say = translated): JsonSchema {
  const { doc, schema, fallback, required } = param;
  const read = param.read(undefined);
  const expected = "expected" in read ? read.expected : t`a value`;
  const without = required
    ? t`Required.`
    : fallback === undefined
      ? ""
      : t`Default: \`${JSON.stringify(fallback)}\`.`;
  return {
    markdownDescription: `${say(doc)}\n\n${expected[0].toUpperCase()}${expected.slice(1)}. ${without}`.trim(),
    ...(fallback === undefined ? blank(expected, blankOf(schema)) : { default: fallback }),
    ...lenient(schema),
  };
}

/** Quotes or brackets around the cursor; `^` writes what is typed as it is. */
function blankOf({ type }: JsonSchema): unknown {
  if (type === "string") return "$1";
  return type === "array" ? ["^$1"] : "^$1";
}
