import { watchAssociations } from "./association.ts";
import { followCursor } from "./cursor.ts";
import { Judging } from "./judging.ts";
import { registerLanguage } from "./language.ts";
import { followRenames, reportBreaks, reportProbes, setContexts } from "./lifecycle.ts";
import { revealAtRuns } from "./panelReveal.ts";
import { MovedOutside } from "./movedOutside.ts";
import type { Own, Parts } from "./parts.ts";
import { Probes } from "./probes.ts";
import { Reruns } from "./reruns.ts";
import { followRules } from "./ruleSettings.ts";
import { onDidChangeSettings } from "./settings.ts";
import type { Views } from "./views.ts";
import { markPrograms } from "./watch/marks.ts";

/** What happens by itself: when somebody types, saves, moves the cursor, renames a file, or changes a setting. */
export function followAll(parts: Parts, views: Views, own: Own): void {
  const { log, models, runs, trainer, running, programs, anchors } = parts;
  const { lenses, diagnostics, findings, panel, refresh } = views;
  own(markPrograms());
  own(watchAssociations());
  own(registerLanguage(models, runs, lenses, diagnostics, findings, anchors));
  own(revealAtRuns(runs, panel));
  own(followCursor(anchors, panel));
  own(setContexts(runs, trainer));
  own(new Probes(models, runs, trainer, reportProbes(log.line, log.show)));
  own(new Reruns(models, runs, running, trainer));
  own(reportBreaks(trainer, log.show));
  own(models.onDidParse(refresh));
  own(programs.onDidChange(refresh));
  own(new Judging(runs));
  own(followRules(runs, findings)); // before what is shown is drawn anew
  own(onDidChangeSettings(refresh));
  own(followRenames(runs));
  own(new MovedOutside(runs, models));
}
