import { LIMITS } from "./limits.ts";
import { grouped } from "./names.ts";
import type { Finding } from "./report.ts";

/**
 * What makes a text too dangerous to parse, if anything: its size, or brackets nested so deep that a recursive
 * parser would run out of stack. Brackets within strings and comments do not count; a closing bracket counts only
 * where it fits the innermost open one, so that the depth is never below the parser's, whatever the mistakes.
 */
export function danger(text: string): Finding | undefined {
  const root = { parent: undefined, key: "" };
  if (text.length > LIMITS.characters) {
    return {
      code: "json.too-large",
      at: { ...root, offset: 0, length: 1 },
      message: `the file has ${grouped(text.length)} characters, but at most ${grouped(LIMITS.characters)} are read`,
    };
  }
  const offset = tooDeep(text);
  if (offset === undefined) return undefined;
  return {
    code: "json.too-deep",
    at: { ...root, offset, length: 1 },
    message: `brackets are nested more than ${LIMITS.nesting} deep here`,
  };
}

/** Offset of the first bracket that opens one level too many. */
function tooDeep(text: string): number | undefined {
  const open: string[] = [];
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '"':
        at = endOfString(text, at);
        break;
      case "/":
        at = endOfComment(text, at);
        break;
      case "[":
      case "{":
        if (open.length === LIMITS.nesting) return at;
        open.push(text[at] === "[" ? "]" : "}");
        break;
      case "]":
      case "}":
        if (open.at(-1) === text[at]) open.pop();
        break;
      default:
    }
  }
  return undefined;
}

/** Offset of the closing quote; an unclosed string ends with its line. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"' || text[at] === "\n" || text[at] === "\r") return at;
  }
  return text.length;
}

/** Offset of a comment's last character; `start` where there is none. */
function endOfComment(text: string, start: number): number {
  if (text[start + 1] === "*") {
    const end = text.indexOf("*/", start + 2);
    return end < 0 ? text.length : end + 1;
  }
  if (text[start + 1] !== "/") return start;
  let at = start;
  while (at < text.length && text[at] !== "\n" && text[at] !== "\r") at++;
  return at;
}
