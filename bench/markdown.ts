/** A table of GitHub's Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Three significant digits, and all digits of what is before the point. */
export function figure(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return "–";
  if (value >= 100) return Math.round(value).toLocaleString("en-US");
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export const percent = (share: number | undefined): string =>
  share === undefined || !Number.isFinite(share) ? "–" : `${(100 * share).toFixed(0)} %`;

/** A figure beside what it should be: bold where it is so. */
export function against(
  value: number | undefined,
  target: number,
  sense: "least" | "most",
  show: (value: number | undefined) => string = figure,
): string {
  if (value === undefined || Number.isNaN(value)) return `– (${show(target)})`;
  const met = sense === "least" ? value >= target : value <= target;
  return met ? `**${show(value)}** (${show(target)})` : `${show(value)} (${show(target)})`;
}
