import { t } from "../../../l10n/translate.ts";
import { DataError } from "../error.ts";
import type { Sink } from "../reading.ts";
import { encodingOf, LONGEST_MARK } from "./encoding.ts";
import { Utf16 } from "./utf16.ts";
import { Utf8 } from "./utf8.ts";

/** Takes text as UTF-8, without a byte order mark. Every piece ends with a whole character. */
export interface TextSink extends Sink {
  /** Number of the line that is being read, counting from 1. */
  readonly line: number;
}

/** Passes text on as UTF-8, in whichever Unicode its byte order mark says that it is written. Throws where it is none, at the line. */
export class TextBytes implements Sink {
  readonly #file: string;
  readonly #next: TextSink;
  readonly #head = new Uint8Array(LONGEST_MARK);
  #held = 0;
  #stage: Sink | undefined;

  constructor(file: string, next: TextSink) {
    this.#file = file;
    this.#next = next;
  }

  get done(): boolean {
    return this.#next.done ?? false;
  }

  push(bytes: Uint8Array): void {
    if (this.#stage) return this.#stage.push(bytes);
    const part = bytes.subarray(0, LONGEST_MARK - this.#held);
    this.#head.set(part, this.#held);
    this.#held += part.length;
    if (this.#held < LONGEST_MARK) return;
    const stage = this.#begin();
    if (!this.done) stage.push(bytes.subarray(part.length));
  }

  end(): void {
    (this.#stage ?? this.#begin()).end();
  }

  /** The stage that reads the encoding, which has got what was held back of the text. */
  #begin(): Sink {
    const head = this.#head.subarray(0, this.#held);
    const { encoding, mark } = encodingOf(head);
    const wrong = (what: string) => (): never => {
      throw new DataError(t`not ${what}: save the file as UTF-8`, {
        file: this.#file,
        line: this.#next.line,
      });
    };
    this.#stage =
      encoding === "utf-8"
        ? new Utf8(this.#next, wrong("UTF-8"))
        : new Utf16(this.#next, encoding === "utf-16le", wrong("UTF-16"));
    this.#stage.push(head.subarray(mark));
    return this.#stage;
  }
}
