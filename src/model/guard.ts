import { t } from "../l10n/translate.ts";
import { LIMITS } from "./limits.ts";
import { grouped } from "./names.ts";
import type { Finding } from "./report.ts";
import { endOfComment, endOfString } from "./segments.ts";

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
      message: t`the file has ${grouped(text.length)} characters, but at most ${grouped(LIMITS.characters)} are read`,
    };
  }
  const offset = tooDeep(text);
  if (offset === undefined) return undefined;
  return {
    code: "json.too-deep",
    at: { ...root, offset, length: 1 },
    message: t`brackets are nested more than ${LIMITS.nesting} deep here`,
  };
}

/** Offset of the first bracket that opens one level too many. */
function tooDeep(text: string): number | undefined {
  const open: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    switch (character) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case SLASH:
        at = endOfComment(text, at);
        break;
      case BRACKET:
      case BRACE:
        if (open.length === LIMITS.nesting) return at;
        open.push(character + TO_CLOSING);
        break;
      case BRACKET + TO_CLOSING:
      case BRACE + TO_CLOSING:
        if (open.at(-1) === character) open.pop();
        break;
      default:
    }
  }
  return undefined;
}

const [QUOTE, SLASH, BRACKET, BRACE] = [0x22, 0x2f, 0x5b, 0x7b];

/** From an opening bracket's code to that of the closing one. */
const TO_CLOSING = 2;
