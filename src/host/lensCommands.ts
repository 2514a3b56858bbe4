import type * as vscode from "vscode";
import type { HeldLayer, HeldModel } from "../model/held.ts";
import type { FoundAt } from "../protocol/found.ts";
import type { Problem } from "../protocol/problem.ts";
import { LENS_HINTS } from "../text/explain.ts";
import { activationLens, findingLens, gradientLens, problemsLens, runLens, shapeLens } from "../text/lens.ts";
import { plain, withIcon, type Plain } from "../text/quote.ts";
import { momentText, outcome, short, STALE } from "../text/run.ts";
import type { Figures } from "./figures.ts";
import type { Run } from "./run.ts";
import { summaryOf } from "./runSummary.ts";
import type { LensCommand } from "./say.ts";
import type { LensSettings } from "./settings.ts";

/** Above a model: run it, stop it, or see why it cannot run. */
export function runCommand(
  uri: vscode.Uri,
  model: HeldModel,
  problems: readonly Problem[],
  run: Run | undefined,
): LensCommand {
  if (run && !run.end) return { title: plain`■ Stop`, tooltip: LENS_HINTS.stop, command: "gradlens.stop" };
  if (!model.spec || model.stale) {
    const title = problemsLens(errorsOf(problems, model.name));
    return { title, tooltip: LENS_HINTS.problems, command: "gradlens.showProblems" };
  }
  return {
    title: runLens(model.spec.rows, model.spec.parameters),
    tooltip: LENS_HINTS.run,
    command: "gradlens.run",
    arguments: [uri, model.name],
  };
}

/** After the result: the model as a PyTorch program. */
export function exportCommand(uri: vscode.Uri, { name, spec }: HeldModel): LensCommand | undefined {
  if (!spec) return undefined;
  return {
    title: plain`PyTorch`,
    tooltip: LENS_HINTS.export,
    command: "gradlens.exportPyTorch",
    arguments: [uri, name],
  };
}

/** Errors of the model's own text; those of the whole file where it has none of its own. */
function errorsOf(problems: readonly Problem[], model: string): number {
  const errors = problems.filter(({ severity }) => severity === "error");
  return errors.filter(({ path }) => path[0] === "models" && path[1] === model).length || errors.length;
}

const LONGEST_RESULT = 120;

/** Beside it: how the latest run goes, or ended. One that the text has left behind offers the next. */
export function resultCommand(run: Run, found: FoundAt | undefined, stale: boolean): LensCommand {
  const seen = run.historySeen();
  const text =
    seen === run.history
      ? plain`${short(outcome(summaryOf(run, stale)), LONGEST_RESULT)}`
      : plain`${momentText(seen.tally.step, seen.latest()?.loss ?? NaN)}`;
  if (!stale || !run.end || run.isWatched) {
    const title = stale ? plain`${STALE} ${text}` : text;
    return {
      title: found ? findingLens(found, title) : title,
      tooltip: hinted(found, LENS_HINTS.result),
      command: "gradlens.showLayer",
      arguments: [run.id],
    };
  }
  const title = plain`↻ Run again: changed since · ${STALE} ${text}`;
  const { uri, model } = run.origin;
  return { title, tooltip: LENS_HINTS.again, command: "gradlens.run", arguments: [uri, model] };
}

/** Beside the result: whether the run is pinned, to be compared with others. */
export const pinCommand = ({ id, pinned }: Run): LensCommand => ({
  title: pinned ? withIcon("pinned", plain`Pinned`) : withIcon("pin", plain`Pin`),
  tooltip: pinned ? LENS_HINTS.pinned : LENS_HINTS.pin,
  command: "gradlens.pinRun",
  arguments: [id],
});

/** The figures of the latest run that the declaration takes part in. */
export function figuresCommand(
  figures: Figures,
  found: FoundAt | undefined,
  shown: LensSettings,
): LensCommand | undefined {
  const { run, rows } = figures;
  const { layers } = run.info;
  const kind = rows.some((row) => layers[row]?.stats.includes("grad_norm")) ? "gradients" : "activations";
  if (!shown[kind]) return undefined;
  const at = { ...figures, layers, marks: run.findingsSeen().marks, found };
  return {
    title: kind === "gradients" ? gradientLens(at) : activationLens(at),
    ...(figures.probe
      ? { tooltip: hinted(found, LENS_HINTS.probe), ...explanation(found) }
      : {
          tooltip: hinted(found, LENS_HINTS[kind]),
          command: "gradlens.showLayer",
          arguments: [run.id, layers[rows[0] ?? 0]?.path],
        }),
  };
}

/** What the text alone says, until a run has figures: the line has its lens then already, and nothing moves. */
export function shapesCommand(
  { shapes }: HeldLayer,
  stale: boolean,
  found: FoundAt | undefined,
  shown: LensSettings,
): LensCommand | undefined {
  if (!shapes || !shown.shapes) return undefined;
  const { input, output, parameters, rows } = shapes;
  const title = shapeLens(input, output, parameters, rows, stale, found);
  return { title, tooltip: hinted(found, LENS_HINTS.shapes), ...explanation(found) };
}

/** Above a model, what was found of it as a whole, where no run says it. */
export const findingCommand = (found: FoundAt): LensCommand => ({
  title: findingLens(found),
  tooltip: hinted(found, LENS_HINTS.finding),
  ...explanation(found),
});

const hinted = (found: FoundAt | undefined, hint: string): Plain =>
  found ? plain`${found.message} ${hint}` : plain`${hint}`;

/** What a click does where there is no run to be shown. */
const explanation = (found: FoundAt | undefined) =>
  found ? { command: "gradlens.explainFinding", arguments: [found.id] } : { command: "" };
