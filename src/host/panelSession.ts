import type * as vscode from "vscode";
import { History } from "../protocol/history.ts";
import { bytesOf } from "../protocol/increment.ts";
import {
  MESSAGES_PER_SECOND,
  type FromWebview,
  type PanelCommand,
  type RunId,
  type ToWebview,
} from "../protocol/webview.ts";
import { fromWebview } from "./messages.ts";
import { runsMessage, runsUnder, stateMessage } from "./panelMessages.ts";
import { Outbox } from "./outbox.ts";
import type { Run } from "./run.ts";
import type { RunChange, Runs } from "./runs.ts";
import { Throttle } from "./throttle.ts";

/** The place that a panel is shown at: a view of the side bar, or an editor tab. */
export interface PanelPlace {
  readonly webview: vscode.Webview;
  readonly visible: boolean;
}

/** What a panel asks of the rest. */
export interface PanelServices {
  readonly runs: Runs;
  readonly isStale: (run: Run) => boolean;
  hasModels(): Promise<boolean>;
  /** A panel has taken the focus, or has come up and may have: no editor has it. */
  focused(): void;
  reveal(run: Run, layer: string): void;
  /** Computes the Jacobian spectrum of a layer or block. */
  decompose(run: Run, layer: string): void;
  /** The pointer is on a layer of the panel, or on none. */
  hover(run: Run, layer: string | undefined): void;
  command(command: PanelCommand, run: Run | undefined): void;
  /** Shows how the declarations of two runs differ. */
  diff(run: Run, other: Run): void;
  /** Lenses and the gutter show this step of the run too; `undefined`: the latest. */
  at(run: Run, step: number | undefined): void;
  save(chart: FromWebview & { readonly type: "save" }): void;
}

/** The header is drawn anew this often while a run goes on; less often where its message names many layers. */
const HEADER_MS = 250;
const LAYERS_PER_MS = 1;

/** A megabyte of numbers costs the host 2 ms: after a heavy message it has the rest of its time for others. */
const BYTES_PER_MS = 20_000;

/**
 * Keeps one webview up to date: everything once it says `ready`, then what is new, at most `MESSAGES_PER_SECOND` messages a
 * second and none while it is hidden. What it misses then is in the state that it asks for when it is shown again.
 */
export class PanelSession implements vscode.Disposable {
  readonly #place: PanelPlace;
  readonly #services: PanelServices;
  readonly #outbox = new Outbox(
    () => Math.max(1000 / MESSAGES_PER_SECOND, this.#bytes / BYTES_PER_MS),
    (kind) => this.#send(kind),
  );
  readonly #header = new Throttle(
    () => Math.max(HEADER_MS, (this.#shown?.info.layers.length ?? 0) / LAYERS_PER_MS),
    () => this.#want("runs"),
  );
  readonly #subscriptions: vscode.Disposable[];
  #ready = false;
  #hasModels = false;
  #shown: Run | undefined;
  /** The user has chosen a run by hand. */
  #isChosen = false;
  /** The steps that the panel has reached, of each run whose figures it holds. */
  #sent: ReadonlyMap<RunId, number> = new Map();
  /** Bytes of frames in the last message. */
  #bytes = 0;
  #mark: ToWebview & { readonly type: "mark" } = { type: "mark", scroll: false };
  #layer = "";
  /** Messages that were sent, for whoever measures. */
  sent = 0;

  constructor(place: PanelPlace, services: PanelServices) {
    this.#place = place;
    this.#services = services;
    this.#shown = services.runs.all().at(-1);
    this.#subscriptions = [
      place.webview.onDidReceiveMessage((message: unknown) => {
        const checked = fromWebview(message);
        if (checked) void this.#receive(checked);
      }),
      services.runs.onDidChange((change) => this.#onRun(change)),
    ];
  }

  shown(): Run | undefined {
    return this.#shown;
  }

  /** Shows another run; every figure follows. */
  show(run: Run): void {
    if (run === this.#shown) return;
    if (this.#shown) this.#services.at(this.#shown, undefined);
    this.#shown = run;
    this.#wantState();
  }

  mark(layer: string | undefined, scroll: boolean): void {
    this.#mark = { type: "mark", scroll, ...(layer !== undefined && { layer }) };
    this.#want("mark");
  }

  /** Shows all figures of a layer. */
  showLayer(layer: string): void {
    this.#layer = layer;
    this.#want("layer");
  }

  /** Something beyond the runs themselves has changed about them: they are stale now, or no longer. */
  refresh(): void {
    this.#want("runs");
  }

  /** A hidden webview is gone; it says `ready` when it is back. */
  visibilityChanged(): void {
    if (this.#place.visible) return;
    this.#ready = false;
    this.#outbox.clear();
  }

  dispose(): void {
    this.#ready = false;
    this.#outbox.dispose();
    this.#header.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async #receive(message: FromWebview): Promise<void> {
    switch (message.type) {
      case "ready":
        this.#hasModels = await this.#services.hasModels();
        this.#ready = true;
        this.#sent = new Map();
        if (this.#shown) this.#services.at(this.#shown, undefined);
        this.#services.focused();
        if (this.#mark.layer !== undefined) this.#want("mark");
        return this.#wantState();
      case "behind":
        this.#reached(message.run, Math.min(this.#sent.get(message.run) ?? 0, message.step));
        return this.#want("frames");
      case "focus":
        return this.#services.focused();
      case "select":
        this.#isChosen = true;
        return this.#withRun(message.run, (run) => this.show(run));
      case "reveal":
        return this.#withRun(message.run, (run) => this.#services.reveal(run, message.layer));
      case "decompose":
        return this.#withRun(message.run, (run) => this.#services.decompose(run, message.layer));
      case "hover":
        return this.#withRun(message.run, (run) => this.#services.hover(run, message.layer));
      case "command":
        return this.#services.command(message.command, this.#shown);
      case "pin":
        return this.#withRun(message.run, (run) =>
          message.on ? this.#services.runs.pin(run, true) : this.#services.runs.hide(run),
        );
      case "diff":
        return this.#withRun(message.run, (run) =>
          this.#withRun(message.other, (other) => this.#services.diff(run, other)),
        );
      case "at":
        return this.#withRun(message.run, (run) => this.#services.at(run, message.step));
      case "save":
        return this.#services.save(message);
      default:
        message satisfies never;
    }
  }

  /** A run that has been forgotten meanwhile is nobody's business. */
  #withRun(id: number, act: (run: Run) => void): void {
    const run = this.#services.runs.get(id);
    if (run) act(run);
  }

  #onRun({ run, what }: RunChange): void {
    switch (what) {
      case "added":
        if (!this.#yields(run)) return this.#want("runs");
        return this.show(run);
      case "removed":
        if (run !== this.#shown) return this.#want("runs");
        this.#shown = this.#services.runs.all().at(-1);
        return this.#want("state");
      case "restored":
        if (!this.#shown) return this.show(run);
        return this.#want("runs");
      case "arrived":
        if (run === this.#shown) return this.#want("state");
        return this.#want("runs");
      case "state":
        return this.#want("runs");
      case "frames":
        if (this.#drawn().includes(run)) this.#want("frames");
        return this.#header.request();
      case "spectrum":
        if (run === this.#shown) this.#want("spectrum");
        return;
      case "moment":
        return;
      default:
        what satisfies never;
    }
  }

  /** Everything about the shown run. */
  #wantState(): void {
    this.#want("state");
    if (this.#shown?.spectrum) this.#want("spectrum");
  }

  /**
   * Whether another run takes the place of the shown one. A run that is made here was asked for just now; one that is watched begins
   * by itself, and takes nothing away from what somebody looks at.
   */
  #yields(run: Run): boolean {
    return !run.isWatched || !this.#shown || run.isAskedFor || (this.#shown.id < 1 && !this.#isChosen);
  }

  #want(kind: ToWebview["type"]): void {
    if (this.#ready) this.#outbox.want(kind);
  }

  #send(kind: ToWebview["type"]): void {
    this.sent++;
    const message = this.#message(kind);
    this.#bytes = weight(message);
    void this.#place.webview.postMessage(message);
    if (kind !== "mark" && this.#next()) this.#want("frames");
  }

  #message(kind: ToWebview["type"]): ToWebview {
    const what = { ...this.#services, shown: this.#shown };
    switch (kind) {
      case "state":
        this.#forget();
        if (this.#shown) this.#reached(this.#shown.id, this.#shown.history.tally.step);
        return stateMessage(what, this.#hasModels);
      case "runs":
        this.#forget();
        return runsMessage(what);
      case "frames":
        return this.#frames(this.#next() ?? this.#shown);
      case "spectrum":
        return { type: "spectrum", ...(this.#shown?.spectrum && { spectrum: this.#shown.spectrum }) };
      case "layer":
        return { type: "layer", layer: this.#layer };
      case "mark":
        return this.#mark;
      default:
        return kind satisfies never;
    }
  }

  #frames(run: Run | undefined): ToWebview {
    const history = (run?.history ?? History.EMPTY).since(this.#sent.get(run?.id ?? 0) ?? 0);
    if (run) this.#reached(run.id, run.history.tally.step);
    return { type: "frames", run: run?.id ?? 0, history };
  }

  /** The runs whose figures the panel draws, the shown one first. */
  #drawn(): readonly Run[] {
    if (!this.#shown) return [];
    return [this.#shown, ...runsUnder({ ...this.#services, shown: this.#shown }).map(({ run }) => run)];
  }

  /** The run with news: one that the panel has nothing of goes before the shown one, which has some all the time. */
  #next(): Run | undefined {
    const drawn = this.#drawn();
    const isNew = (run: Run): boolean => !this.#sent.has(run.id);
    return drawn.find(isNew) ?? drawn.find((run) => run.history.tally.step > (this.#sent.get(run.id) ?? 0));
  }

  #reached(run: RunId, step: number): void {
    this.#sent = new Map([...this.#sent, [run, step]]);
  }

  /** The panel keeps figures of the runs that it draws alone. */
  #forget(): void {
    const drawn = new Set(this.#drawn().map(({ id }) => id));
    this.#sent = new Map([...this.#sent].filter(([run]) => drawn.has(run)));
  }
}

/** Bytes of frames in a message. */
const weight = (message: ToWebview): number =>
  "history" in message && message.history ? bytesOf(message.history) : 0;
