/** How one finding is set, in a model file: `off`, or some of its thresholds by name. */
export type RuleSetting = "off" | Readonly<Record<string, number>>;

/** What is set otherwise than the findings have it, by their ids. */
export type RuleSettings = Readonly<Record<string, RuleSetting>>;
