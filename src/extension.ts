import "./host/l10n.ts"; // before all texts
import * as vscode from "vscode";
import { AllAnchors } from "./host/anchors.ts";
import { watchAssociations } from "./host/association.ts";
import { Lenses } from "./host/codeLens.ts";
import { panelCommand, registerCommands, revealOrSay } from "./host/commands.ts";
import { followCursor } from "./host/cursor.ts";
import { DataFiles } from "./host/dataFiles.ts";
import { DeclaredModels } from "./host/declared.ts";
import { Decorations, type LineMark } from "./host/decorations.ts";
import { Diagnostics } from "./host/diagnostics.ts";
import { dropStreams } from "./host/dropping.ts";
import { Findings } from "./host/findings.ts";
import { KeptRuns } from "./host/keptRuns.ts";
import { Imports } from "./host/importing.ts";
import { registerLanguage } from "./host/language.ts";
import { followRenames, reportBreaks, reportProbes, setContexts } from "./host/lifecycle.ts";
import { ModelAnchors } from "./host/modelAnchors.ts";
import { hasModelFiles, Models } from "./host/models.ts";
import { Panel, VIEW } from "./host/panel.ts";
import { revealAtRuns } from "./host/panelReveal.ts";
import { Probes } from "./host/probes.ts";
import { Reruns } from "./host/reruns.ts";
import type { Run } from "./host/run.ts";
import { ReaderThread } from "./host/readerThread.ts";
import { followRules } from "./host/ruleSettings.ts";
import { Running } from "./host/running.ts";
import { saveChart } from "./host/savingCharts.ts";
import { Runs } from "./host/runs.ts";
import { RUNS_VIEW, RunsTree } from "./host/runsTree.ts";
import { createTree } from "./host/say.ts";
import { onDidChangeSettings, settings } from "./host/settings.ts";
import { Status } from "./host/status.ts";
import { Trainer } from "./host/trainer.ts";
import { ProgramAnchors } from "./host/watch/programAnchors.ts";
import { markPrograms } from "./host/watch/marks.ts";
import { WatchedRuns } from "./host/watch/watchedRuns.ts";
import type { Frame } from "./protocol/frame.ts";
import type { RunSummary } from "./protocol/webview.ts";
import { RunFiles } from "./storage/runFiles.ts";

/** What the extension shows, for those who look from outside: tests, and other extensions. */
export interface Api {
  /** How long activation took, in milliseconds. */
  readonly activationMs: number;
  runs(): readonly RunSummary[];
  /** The frames that are kept whole of a run, oldest first: the first ones and the latest. */
  frames(run: number): readonly Frame[];
  /** The gutter's marks on the lines of a document. */
  marks(document: vscode.TextDocument): readonly LineMark[];
  statusText(): string;
  /** Markdown of what the status bar's item shows when it is pointed at. */
  statusTooltip(): string;
  /** Messages that the panel has got so far. */
  panelMessages(): number;
}

export function activate(context: vscode.ExtensionContext): Api {
  const startedMs = performance.now();
  const { subscriptions, extensionUri } = context;
  const own = <T extends vscode.Disposable>(thing: T): T => {
    subscriptions.push(thing);
    return thing;
  };

  let channel: vscode.OutputChannel | undefined;
  const log = (): vscode.OutputChannel => (channel ??= own(vscode.window.createOutputChannel("GradLens")));

  const threads = (name: string): string => vscode.Uri.joinPath(extensionUri, "dist", name).fsPath;
  const reader = own(new ReaderThread(threads("reader.cjs"), (line) => log().appendLine(line)));
  const models = own(new Models(reader));
  const runs = own(new Runs(settings.keepRuns, settings.rules));
  const trainer = new Trainer(runs, threads("worker.cjs"), (line) => log().appendLine(line.trimEnd()));
  const running = new Running(models, runs, trainer);
  const programs = own(new ProgramAnchors(runs));
  const anchors = new AllAnchors(new ModelAnchors(models, runs), programs);
  const isStale = (run: Run): boolean => (run.isWatched ? programs.isStale(run) : models.isStale(run));

  const findings = own(new Findings(models, runs, programs));
  const lenses = own(new Lenses(models, runs, findings, programs));
  const decorations = own(new Decorations(anchors, runs));
  const files = own(new DataFiles(models, runs, trainer));
  const diagnostics = own(new Diagnostics(models, files, trainer));
  const status = own(new Status(runs, isStale));
  const declared = own(new DeclaredModels(runs));
  const panel = own(
    new Panel(vscode.Uri.joinPath(extensionUri, "dist"), {
      runs,
      isStale,
      hasModels: hasModelFiles,
      focused: () => lenses.focusLost(),
      reveal: (run, layer) => void revealOrSay(models, programs, run, layer),
      hover: (run, layer) => decorations.point(run, layer),
      command: panelCommand,
      diff: (run, other) => void declared.compare(run, other),
      at: (run, step) => runs.look(run, step),
      decompose: (run, layer) =>
        void vscode.commands.executeCommand("gradlens.jacobianSpectrum", run.id, layer),
      save: (chart) => void saveChart(chart),
    }),
  );
  const imports = own(new Imports(runs));
  const tree = own(new RunsTree(runs, isStale));
  const list = own(createTree(RUNS_VIEW, tree, dropStreams(imports)));
  const selection = () => list.selection;
  const everything = [tree, lenses, decorations, findings, status, panel];
  const refresh = (): void => everything.forEach((one) => one.refresh());

  const watched = own(new WatchedRuns(runs, (line) => log().appendLine(line)));
  own(markPrograms());
  const showLog = (): void => log().show();
  own(
    registerCommands({
      ...{ context, models, programs, anchors, watched, runs, trainer, running },
      ...{ panel, tree, selection, imports, showLog },
    }),
  );
  own(vscode.window.registerWebviewViewProvider(VIEW, panel));
  own(watchAssociations());
  own(registerLanguage(models, runs, lenses, diagnostics, findings, anchors));
  own(revealAtRuns(runs, panel));
  own(followCursor(anchors, panel));
  own(setContexts(runs, trainer));
  own(
    new Probes(
      models,
      runs,
      trainer,
      reportProbes((line) => log().appendLine(line), showLog),
    ),
  );
  own(new Reruns(models, runs, running, trainer));
  own(reportBreaks(trainer, showLog));
  own(models.onDidParse(refresh));
  own(programs.onDidChange(refresh));
  own(followRules(runs, findings)); // before what is shown is drawn anew
  own(onDidChangeSettings(refresh));
  own(followRenames(runs));
  const kept =
    context.storageUri &&
    own(new KeptRuns(runs, new RunFiles(vscode.Uri.joinPath(context.storageUri, "runs").fsPath)));
  void kept?.restore();
  stopTraining = async () => {
    await kept?.flush(); // before the run that goes on is ended: the next window says that it was interrupted
    await trainer.dispose();
  };

  return {
    activationMs: performance.now() - startedMs,
    runs: () => runs.all().map((run) => run.summary(isStale(run))),
    frames: (id) => runs.get(id)?.history.frames() ?? [],
    marks: (document) => decorations.marks(document),
    statusText: () => status.text(),
    statusTooltip: () => status.tooltip(),
    panelMessages: () => panel.sent(),
  };
}

let stopTraining: (() => Promise<void>) | undefined;

/** The thread ends with the window. */
export const deactivate = (): Promise<void> | undefined => stopTraining?.();
