import { structuredPatch } from "diff";

/** Lines around a change that are shown with it. */
const CONTEXT = 2;

/** What two texts differ in, line by line, as `diff -u` writes it, without the numbers of lines. Empty where they are equal. */
export function lineDiff(before: string, after: string): string {
  const { hunks } = structuredPatch("", "", whole(before), whole(after), "", "", { context: CONTEXT });
  return hunks.map(({ lines }) => lines.map((line) => `${line}\n`).join("")).join("…\n");
}

/** A last line is none other for want of a line break. */
const whole = (text: string): string => (text.endsWith("\n") ? text : `${text}\n`);
