/** How one finding is set, in a model file: `off`, or some of its thresholds by name. */
export type RuleSetting = "off" | Readonly<Record<string, number>>;

/** What is set otherwise than the findings have it, by their ids. */
export type RuleSettings = Readonly<Record<string, RuleSetting>>;

/** What a model sets itself, and under it what holds for all: threshold by threshold. */
export function rulesOver(own: RuleSettings, under: RuleSettings): RuleSettings {
  const both = Object.entries(own).map(([id, setting]): readonly [string, RuleSetting] => {
    const general = under[id];
    const isMerged = typeof setting === "object" && typeof general === "object";
    return [id, isMerged ? { ...general, ...setting } : setting];
  });
  return { ...under, ...Object.fromEntries(both) };
}
