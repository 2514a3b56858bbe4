import type { Experiment, Measured } from "./experiment.ts";

export interface Result {
  readonly experiment: Experiment;
  readonly measured: Measured;
  readonly agrees: boolean;
}

export interface Section {
  readonly title: string;
  readonly note?: string | undefined;
  readonly results: readonly Result[];
}

const PREAMBLE = `# Experiments

Results of the literature on vanishing and exploding gradients, as this engine gives them. \`npm run test:experiments\`
runs them all and writes this page. "PyTorch" is what the same experiment gave in PyTorch 2.13, with data of its author's
own: the spiral, the regression of the dying ReLU and the inputs of the LSTM are not the same samples here, nor are the
batches. So the verdict asks for the same outcome, within the bounds that it names. One figure for each seed.
`;

const HEAD = `| experiment | PyTorch | measured | verdict | seeds | engine |
|---|---|---|---|---|---|
`;

/** The text of \`docs/experiments.md\`. */
export const page = (sections: readonly Section[]): string => PREAMBLE + sections.map(section).join("");

const section = ({ title, note, results }: Section): string =>
  `\n## ${title}\n\n${note === undefined ? "" : `${note}\n\n`}${HEAD}${results.map(line).join("")}`;

function line({ experiment: { name, expected, agrees, seeds }, measured, agrees: holds }: Result): string {
  const verdict = `${holds ? "agrees" : "**differs**"}: ${holds ? "" : "not "}${agrees.text}`;
  return `| ${[name, expected, measured.text, verdict, seeds.join(", ") || "none", measured.engine].join(" | ")} |\n`;
}
