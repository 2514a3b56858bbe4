import fs from "node:fs";
import path from "node:path";
import { format, resolveConfig } from "prettier";

export const statisticsFile = path.resolve(import.meta.dirname, "..", "docs", "statistics.md");

const BEGIN = "<!-- From src/protocol/statistics.ts: npm run build writes it. -->";
const END = "<!-- As far as this. -->";

/** `docs/statistics.md` with its table of columns as the table of statistics has it; all else of the page as it is. */
export async function statisticsText() {
  const page = fs.readFileSync(statisticsFile, "utf8");
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`docs/statistics.md: expected ${BEGIN} and, after it, ${END}`);
  const text = `${page.slice(0, from + BEGIN.length)}\n\n${await table()}\n${page.slice(to)}`;
  return format(text, { ...(await resolveConfig(statisticsFile)), filepath: statisticsFile });
}

async function table() {
  const { STATISTICS } = await import("../src/protocol/statistics.ts");
  const rows = STATISTICS.map(({ column, symbol, definition, unit, layers }) =>
    row([`\`${column}\``, symbol, definition, unit, layers]),
  );
  return [
    row(["column", "shown as", "definition", "unit", "layers"]),
    row(Array(5).fill("---")),
    ...rows,
  ].join("\n");
}

/** @param {readonly string[]} cells */
const row = (cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
