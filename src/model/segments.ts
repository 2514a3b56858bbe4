/** A model's member of `models` in the text: from the quote of its name to the bracket that closes its object. */
export interface Segment {
  readonly start: number;
  /** Where its object begins. */
  readonly body: number;
  /** Behind its last bracket. */
  readonly end: number;
}

/**
 * Where the models of a file stand, found by brackets alone; `undefined` where the text is not plain enough to tell. What is
 * found is a guess until the parser has read each object, and the text around them, without a mistake.
 */
export function segmentsOf(text: string): readonly Segment[] | undefined {
  const scan = new Scan(text);
  let found: readonly Segment[] | undefined;
  if (!scan.take(BRACE)) return undefined;
  while (!scan.take(END_BRACE)) {
    const name = scan.name();
    if (name === undefined) return undefined;
    const isModels = text.slice(name, scan.at) === '"models"';
    if (!scan.take(COLON)) return undefined;
    if (isModels && scan.sees(BRACE)) found = membersOf(scan);
    else scan.skipValue();
    if (scan.lost || (isModels && !found)) return undefined;
    scan.take(COMMA);
  }
  return found;
}

function membersOf(scan: Scan): readonly Segment[] | undefined {
  const segments: Segment[] = [];
  scan.take(BRACE);
  while (!scan.take(END_BRACE)) {
    const start = scan.name();
    if (start === undefined || !scan.take(COLON)) return undefined;
    const isObject = scan.sees(BRACE);
    const body = scan.at;
    scan.skipValue();
    if (scan.lost) return undefined;
    if (isObject) segments.push({ start, body, end: scan.at });
    scan.take(COMMA);
  }
  return segments;
}

const [QUOTE, BACKSLASH, SLASH, STAR] = [0x22, 0x5c, 0x2f, 0x2a];
const [BRACE, END_BRACE, BRACKET, END_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d];
const [COLON, COMMA, NEWLINE, RETURN] = [0x3a, 0x2c, 0x0a, 0x0d];

class Scan {
  readonly #text: string;
  at = 0;
  /** The end of the text came too early. */
  lost = false;

  constructor(text: string) {
    this.#text = text;
  }

  /** Whether the next character that counts is this one. */
  sees(character: number): boolean {
    this.#skipSpace();
    return this.#text.charCodeAt(this.at) === character;
  }

  take(character: number): boolean {
    const seen = this.sees(character);
    if (seen) this.at++;
    return seen;
  }

  /** Goes behind a name; where it begins. */
  name(): number | undefined {
    if (!this.sees(QUOTE)) return undefined;
    const start = this.at;
    this.at = endOfString(this.#text, start) + 1;
    return start;
  }

  /** Goes behind a value, as far as its brackets tell. */
  skipValue(): void {
    this.#skipSpace();
    let depth = 0;
    for (; this.at < this.#text.length; this.at++) {
      switch (this.#text.charCodeAt(this.at)) {
        case QUOTE:
          this.at = endOfString(this.#text, this.at);
          break;
        case SLASH:
          this.at = endOfComment(this.#text, this.at);
          break;
        case BRACE:
        case BRACKET:
          depth++;
          break;
        case END_BRACE:
        case END_BRACKET:
          if (depth === 0) return;
          if (--depth > 0) break;
          this.at++;
          return;
        case COMMA:
          if (depth === 0) return;
          break;
        default:
      }
    }
    this.lost = true;
  }

  #skipSpace(): void {
    for (; this.at < this.#text.length; this.at++) {
      const character = this.#text.charCodeAt(this.at);
      if (character === SLASH) {
        const end = endOfComment(this.#text, this.at);
        if (end === this.at) return;
        this.at = end;
      } else if (character > 0x20) return;
    }
  }
}

/** Offset of the closing quote; an unclosed string ends with its line. */
export function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === BACKSLASH) at++;
    else if (character === QUOTE || character === NEWLINE || character === RETURN) return at;
  }
  return text.length;
}

/** Offset of a comment's last character; `start` where there is none. */
export function endOfComment(text: string, start: number): number {
  const next = text.charCodeAt(start + 1);
  if (next === STAR) {
    const end = text.indexOf("*/", start + 2);
    return end < 0 ? text.length : end + 1;
  }
  if (next !== SLASH) return start;
  let at = start;
  for (; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === NEWLINE || character === RETURN) break;
  }
  return at;
}
