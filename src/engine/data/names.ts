import { t } from "../../l10n/translate.ts";
import { quoted } from "../../protocol/visible.ts";

/** Names of classes that are kept apart, and their characters in all: a few MB. */
const MOST_NAMES = 2 ** 17;
const MOST_CHARACTERS = 2 ** 23;

/** The different names of a column, numbered as they come. */
export class Names {
  readonly #ids = new Map<string, number>();
  #characters = 0;

  get size(): number {
    return this.#ids.size;
  }

  /** In the order of their numbers. */
  all(): readonly string[] {
    return [...this.#ids.keys()];
  }

  /** Number of a name, which is a new one where it has not come before; a sentence where there are too many. */
  idOf(name: string): number | string {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const id = this.#ids.size;
    this.#characters += name.length;
    if (id >= MOST_NAMES) {
      return t`${quoted(name)} is class number ${id + 1}: up to ${MOST_NAMES} are told apart by their names, expected ids`;
    }
    if (this.#characters > MOST_CHARACTERS) {
      return t`the names of the classes have more than ${MOST_CHARACTERS} characters: expected short names, or ids`;
    }
    this.#ids.set(name, id);
    return id;
  }
}
