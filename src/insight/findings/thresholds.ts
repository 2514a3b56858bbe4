import type { RuleSettings } from "../../protocol/rules.ts";

/** A number that a finding goes by, which a model file (`"rules"`) can set otherwise. */
export interface Threshold {
  readonly is: number;
  /** What it is of, in a sentence. */
  readonly of: string;
}

export type Thresholds = Readonly<Record<string, Threshold>>;

/** The number of each threshold. */
export type ValuesOf<T extends Thresholds> = { readonly [Name in keyof T]: number };

interface Ruled<T extends Thresholds> {
  readonly id: string;
  readonly thresholds?: T;
}

/** As set, else as the finding has it. */
export function valuesOf<T extends Thresholds>(
  { id, thresholds }: Ruled<T>,
  settings: RuleSettings,
): ValuesOf<T> {
  const setting = settings[id];
  const set: Readonly<Record<string, number>> = typeof setting === "object" ? setting : {};
  const defaults = Object.entries(thresholds ?? {}).map(([name, { is }]) => [name, is] as const);
  return { ...Object.fromEntries(defaults), ...set } as ValuesOf<T>;
}
