/** Lines around a change that are shown with it. */
const CONTEXT = 2;

/** Pairs of lines that are compared at most; what differs in more is shown as replaced whole. */
const MOST = 4e6;

interface Line {
  readonly sign: " " | "-" | "+";
  readonly text: string;
}

/** What two texts differ in, line by line, as `diff -u` writes it, without the numbers of lines. Empty where they are equal. */
export function lineDiff(before: string, after: string): string {
  const all = compare(before.split("\n"), after.split("\n"));
  const near = all.map((_, i) =>
    all.slice(Math.max(0, i - CONTEXT), i + CONTEXT + 1).some(({ sign }) => sign !== " "),
  );
  return all
    .flatMap(({ sign, text }, i) => {
      if (!near[i]) return [];
      const gap = i > 0 && !near[i - 1] && near.slice(0, i).includes(true);
      return [...(gap ? ["…\n"] : []), `${sign}${text}\n`];
    })
    .join("");
}

function compare(before: readonly string[], after: readonly string[]): readonly Line[] {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let end = 0;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  const same = (text: string): Line => ({ sign: " ", text });
  return [
    ...before.slice(0, start).map(same),
    ...middle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...before.slice(before.length - end).map(same),
  ];
}

/** By the longest common subsequence. */
function middle(before: readonly string[], after: readonly string[]): readonly Line[] {
  const [n, m] = [before.length, after.length];
  if (n * m > MOST) {
    return [
      ...before.map((text): Line => ({ sign: "-", text })),
      ...after.map((text): Line => ({ sign: "+", text })),
    ];
  }
  const width = m + 1;
  const common = new Uint32Array((n + 1) * width);
  for (let i = n - 1; i >= 0; i--)
    for (let j = m - 1; j >= 0; j--)
      common[i * width + j] =
        before[i] === after[j]
          ? (common[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(common[(i + 1) * width + j] ?? 0, common[i * width + j + 1] ?? 0);
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < n || j < m) {
    const [a, b] = [before[i] ?? "", after[j] ?? ""];
    if (i < n && j < m && a === b) {
      lines.push({ sign: " ", text: a });
      i++;
      j++;
    } else if (j >= m || (i < n && (common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0))) {
      lines.push({ sign: "-", text: a });
      i++;
    } else {
      lines.push({ sign: "+", text: b });
      j++;
    }
  }
  return lines;
}
