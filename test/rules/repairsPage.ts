import { labelled } from "./labelled.ts";
import { repairable, type Repaired } from "./repair.ts";
import { row, share, table } from "./tables.ts";

/** The part of docs/rules.md about fixes. */
export function repairs(all: readonly Repaired[]): string {
  const sick = all.filter((one) => one.sick);
  const ids = [...new Set(sick.flatMap((one) => causesOf(one)))].sort();
  const well = (list: readonly Repaired[]): string =>
    share(list.filter((one) => one.well).length, list.length);
  const costs = sick.map(({ cost }) => cost).sort((a, b) => a - b);
  return [
    "## What share of sick models _Try Fixes_ repairs",
    `Tried on ${repairable.length} models: every sick one of which it is known what a good loss is; ${sick.length} of them were sick with all three seeds that fixes are proven with. ` +
      "**Repaired**: the fix that is offered ends well with each of the three seeds, by the label and not by what the product takes for well. " +
      `It cost ${(costs[costs.length >> 1] ?? NaN).toFixed(0)} full runs at the median, and at most ${(costs.at(-1) ?? NaN).toFixed(0)}.`,
    table(
      ["cause", "repaired", "offered a fix"],
      [
        row("**all**", well(sick), share(sick.filter(({ offered }) => offered).length, sick.length)),
        ...ids.map((id) => {
          const mine = sick.filter((one) => causesOf(one).includes(id));
          return row(
            `\`${id}\``,
            well(mine),
            share(mine.filter(({ offered }) => offered).length, mine.length),
          );
        }),
      ],
    ),
    `Not repaired: ${
      sick
        .filter((one) => !one.well)
        .map(({ name, fixes }) => `\`${name}\` (${fixes.length > 0 ? fixes.join(", ") : "no fix"})`)
        .join(", ") || "none"
    }.`,
  ].join("\n\n");
}

const causesOf = ({ name }: Repaired): readonly string[] =>
  labelled.find((one) => one.name === name)?.causes ?? [];
