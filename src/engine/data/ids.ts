import { numbered, t } from "../../l10n/translate.ts";

/** What keeps a number from being the id of one of these classes, if anything. */
export function classId(classes: number, value: number): string | undefined {
  if (!Number.isInteger(value)) {
    return t`expected the id of a class, an integer from 0 to ${classes - 1}, found ${value}`;
  }
  if (value >= 0 && value < classes) return undefined;
  const outputs = numbered(classes, String(classes), "output");
  return t`the target is class ${value}, but the model has ${outputs}: expected 0 to ${classes - 1}`;
}

/** What keeps a number from being the target of a binary cross entropy, if anything. */
export const probability = (value: number): string | undefined =>
  value >= 0 && value <= 1 ? undefined : t`expected a target from 0 to 1, found ${value}`;
