import type { ParseError } from "jsonc-parser";
import { ParseErrorCode } from "jsonc-parser";
import type { Range } from "./json.ts";
import { quote } from "./json.ts";
import type { Finding } from "./report.ts";

/** What is written in other languages for a JSON literal. */
const FOREIGN: Readonly<Record<string, string>> = { True: "true", False: "false", None: "null", undefined: "null" };

/** A sentence for each of the parser's errors, at its range. One error per place: what follows is its echo. */
export function syntaxFindings(text: string, errors: readonly ParseError[]): readonly Finding[] {
  const findings = new Map<number, Finding>();
  for (const { error, offset, length } of errors) {
    const range = within(text, { offset, length });
    if (!findings.has(range.offset)) findings.set(range.offset, describe(text, error, range));
  }
  return [...findings.values()];
}

/** The parser's range, which may end behind an unclosed comment, cut to the text. */
function within(text: string, { offset, length }: Range): Range {
  const start = Math.min(Math.max(offset, 0), text.length);
  return { offset: start, length: Math.min(Math.max(length, 0), text.length - start) };
}

function describe(text: string, error: ParseErrorCode, range: Range): Finding {
  const token = text.slice(range.offset, range.offset + range.length);
  const fix = replacement(error, token);
  const guess = fix === undefined ? "" : `: did you mean ${fix}?`;
  return {
    code: "json.syntax",
    at: { ...range, parent: undefined, key: "" },
    message: sentence(error, token) + guess,
    ...(fix !== undefined && { fix }),
  };
}

function replacement(error: ParseErrorCode, token: string): string | undefined {
  if (error !== ParseErrorCode.InvalidSymbol) return undefined;
  if (Object.hasOwn(FOREIGN, token)) return FOREIGN[token];
  const bare = /^'(.*)'$/.exec(token)?.[1] ?? token;
  return /^[\w.-]+$/.test(bare) && !/^[-\d.]/.test(bare) ? JSON.stringify(bare) : undefined;
}

function sentence(error: ParseErrorCode, token: string): string {
  const here = token === "" ? "the end of the file" : quote(token).replaceAll('\\"', '"');
  switch (error) {
    case ParseErrorCode.InvalidSymbol:
      return `${here} is not JSON`;
    case ParseErrorCode.PropertyNameExpected:
      return `expected a name in double quotes, found ${here}`;
    case ParseErrorCode.ValueExpected:
      return `expected a value, found ${here}`;
    case ParseErrorCode.ColonExpected:
      return `expected ":" after the name, found ${here}`;
    case ParseErrorCode.CommaExpected:
      return `expected "," before ${here}`;
    case ParseErrorCode.CloseBraceExpected:
      return `expected "}", found ${here}`;
    case ParseErrorCode.CloseBracketExpected:
      return `expected "]", found ${here}`;
    case ParseErrorCode.EndOfFileExpected:
      return `expected nothing after the closing bracket, found ${here}`;
    case ParseErrorCode.UnexpectedEndOfComment:
      return "this comment is not closed";
    case ParseErrorCode.UnexpectedEndOfString:
      return "this text is not closed: it ends with a double quote on the same line";
    case ParseErrorCode.InvalidNumberFormat:
    case ParseErrorCode.UnexpectedEndOfNumber:
      return `${here} is not a complete number`;
    case ParseErrorCode.InvalidUnicode:
      return "expected four hexadecimal digits after \\u";
    case ParseErrorCode.InvalidEscapeCharacter:
      return "unknown escape in this text: write \\\\ for a backslash";
    case ParseErrorCode.InvalidCharacter:
      return "a control character cannot stand in a text: write it as an escape, such as \\t";
    case ParseErrorCode.InvalidCommentToken:
      return "a comment cannot stand here";
    default:
      return error satisfies never;
  }
}
