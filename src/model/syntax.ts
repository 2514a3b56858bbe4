import type { ParseError } from "jsonc-parser";
import { printParseErrorCode } from "jsonc-parser";
import { t } from "../l10n/translate.ts";
import type { Json, Place, Range } from "./json.ts";
import { innermost, quote } from "./json.ts";
import { LIMITS } from "./limits.ts";
import type { Finding } from "./report.ts";

/** What is written in other languages for a JSON literal. */
const FOREIGN: Readonly<Record<string, string>> = {
  True: "true",
  False: "false",
  None: "null",
  undefined: "null",
};

/** Numbers of other languages that JSON does not have. */
const NO_NUMBERS = new Set(["NaN", "nan", "Infinity"]);

type Code = ReturnType<typeof printParseErrorCode>;

/** A sentence for each of the parser's errors, at its range. One error per place: what follows is its echo. */
export function syntaxFindings(
  text: string,
  root: Json | undefined,
  errors: readonly ParseError[],
): readonly Finding[] {
  const findings = new Map<number, Finding>();
  for (const { error, offset, length } of errors) {
    const range = within(text, { offset, length });
    if (findings.has(range.offset) || findings.size >= LIMITS.problems) continue;
    const around = root && innermost(root, range.offset);
    const at: Place = { ...range, parent: around?.parent, key: around?.key ?? "" };
    findings.set(
      range.offset,
      describe(text.slice(at.offset, at.offset + at.length), printParseErrorCode(error), at),
    );
  }
  return [...findings.values()];
}

/** The parser's range, which may end behind an unclosed comment, cut to the text. */
function within(text: string, { offset, length }: Range): Range {
  const start = Math.min(Math.max(offset, 0), text.length);
  return { offset: start, length: Math.min(Math.max(length, 0), text.length - start) };
}

function describe(token: string, code: Code, at: Place): Finding {
  const fix = replacement(token, code);
  const guess = fix === undefined ? "" : t`: did you mean ${fix}?`;
  return {
    code: "json.syntax",
    at,
    message: sentence(token, code) + guess,
    ...(fix !== undefined && { fix }),
  };
}

function replacement(token: string, code: Code): string | undefined {
  if (code !== "InvalidSymbol") return undefined;
  if (Object.hasOwn(FOREIGN, token)) return FOREIGN[token];
  const bare = /^'(.*)'$/.exec(token)?.[1] ?? token;
  return /^[A-Za-z_][\w.-]*$/.test(bare) && !NO_NUMBERS.has(bare) ? JSON.stringify(bare) : undefined;
}

function sentence(token: string, code: Code): string {
  const here = token === "" ? t`the end of the file` : quote(token.replace(/^"(.*)"$/, "$1"));
  switch (code) {
    case "InvalidSymbol":
      return t`${here} is not JSON`;
    case "PropertyNameExpected":
      return t`expected a name in double quotes, found ${here}`;
    case "ValueExpected":
      return t`expected a value, found ${here}`;
    case "ColonExpected":
      return t`expected ":" after the name, found ${here}`;
    case "CommaExpected":
      return t`expected "," before ${here}`;
    case "CloseBraceExpected":
      return t`expected "}", found ${here}`;
    case "CloseBracketExpected":
      return t`expected "]", found ${here}`;
    case "EndOfFileExpected":
      return t`expected nothing after the closing bracket, found ${here}`;
    case "UnexpectedEndOfComment":
      return t`this comment is not closed`;
    case "UnexpectedEndOfString":
      return t`this text is not closed: it ends with a double quote on the same line`;
    case "InvalidNumberFormat":
    case "UnexpectedEndOfNumber":
      return t`${here} is not a complete number`;
    case "InvalidUnicode":
      return t`expected four hexadecimal digits after \\u`;
    case "InvalidEscapeCharacter":
      return t`unknown escape in this text: write \\\\ for a backslash`;
    case "InvalidCharacter":
      return t`a control character cannot stand in a text: write it as an escape, such as \\t`;
    case "InvalidCommentToken":
    case "<unknown ParseErrorCode>":
      return t`${here} cannot stand here`;
    default:
      return code satisfies never;
  }
}
