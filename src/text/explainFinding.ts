import { t } from "../l10n/translate.ts";
import { findingOf } from "../insight/findings/index.ts";
import { figure } from "../insight/format.ts";
import type { FoundAt } from "../protocol/found.ts";
import { markdown, ownMarkdown, type Markdown } from "./quote.ts";

/** What was found, why it is bad, the numbers behind it, and where that is written. */
export function explainFinding({ id, message, figures }: FoundAt): Markdown {
  const type = findingOf(id);
  const numbers = Object.entries(figures).map(([name, value]) => markdown`${name} ${figure(value)}`);
  const parts = [
    markdown`**${type?.title ?? id}**: ${message}`,
    ...(type ? [markdown`${type.why}`] : []),
    ...(numbers.length > 0 ? [numbers.join(" · ")] : []),
    ...(type ? [`${t`Source`}: [${markdown`${type.source.title}`}](${type.source.url})`] : []),
  ];
  return ownMarkdown(parts.join("\n\n"));
}
