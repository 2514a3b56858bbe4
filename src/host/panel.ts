import * as vscode from "vscode";
import { t } from "../l10n/translate.ts";
import { panelHtml } from "./html.ts";
import { PanelSession, type PanelServices } from "./panelSession.ts";
import type { Run } from "./run.ts";

export const VIEW = "gradlens.panel";

/** The panel wherever it is shown: in its view of the side bar and, where the user wants it large, in an editor tab. */
export class Panel implements vscode.WebviewViewProvider, vscode.Disposable {
  readonly #dist: vscode.Uri;
  readonly #services: PanelServices;
  readonly #sessions = new Set<PanelSession>();
  #view: { readonly view: vscode.WebviewView; readonly session: PanelSession } | undefined;
  #tab: { readonly tab: vscode.WebviewPanel; readonly session: PanelSession } | undefined;

  /** `dist` is the folder of the webview's bundle. */
  constructor(dist: vscode.Uri, services: PanelServices) {
    this.#dist = dist;
    this.#services = services;
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    view.webview.options = this.#options();
    const session = this.#open(view);
    this.#view = { view, session };
    view.onDidChangeVisibility(() => session.visibilityChanged());
    view.onDidDispose(() => {
      this.#close(session);
      if (this.#view?.session === session) this.#view = undefined;
    });
    view.webview.html = panelHtml(view.webview, this.#dist);
  }

  /** Shows the view, and this run and layer in it; the focus stays where it is. */
  async show(run?: Run, layer?: string): Promise<void> {
    if (this.#tab?.tab.visible) this.#tab.tab.reveal(undefined, true);
    else if (this.#view) this.#view.view.show(true);
    else await vscode.commands.executeCommand(`${VIEW}.focus`, { preserveFocus: true });
    for (const session of this.#sessions) {
      if (run) session.show(run);
      if (layer !== undefined) session.mark(layer, true);
    }
  }

  /** Shows the panel in an editor tab. */
  openTab(): void {
    if (this.#tab) return this.#tab.tab.reveal();
    const tab = vscode.window.createWebviewPanel(
      "gradlens.tab",
      t`Gradients`,
      vscode.ViewColumn.Beside,
      this.#options(),
    );
    const session = this.#open(tab);
    this.#tab = { tab, session };
    tab.onDidChangeViewState(() => session.visibilityChanged());
    tab.onDidDispose(() => {
      this.#close(session);
      this.#tab = undefined;
    });
    tab.webview.html = panelHtml(tab.webview, this.#dist);
  }

  /** The run that the panel shows: the one in view, where there are two. */
  shown(): Run | undefined {
    return (this.#tab?.tab.visible ? this.#tab : (this.#view ?? this.#tab))?.session.shown();
  }

  /** The editor's cursor is on the declaration of this layer of a run, or on none. */
  mark(run: Run | undefined, layer: string | undefined): void {
    for (const session of this.#sessions) session.mark(session.shown() === run ? layer : undefined, false);
  }

  /** Shows all figures of a layer of a run. */
  async showFigures(run: Run, layer: string): Promise<void> {
    await this.show(run);
    for (const session of this.#sessions) session.showLayer(layer);
  }

  refresh(): void {
    for (const session of this.#sessions) session.refresh();
  }

  /** Messages that were sent to webviews so far. */
  sent(): number {
    return [...this.#sessions].reduce((sum, { sent }) => sum + sent, 0);
  }

  dispose(): void {
    this.#tab?.tab.dispose();
    for (const session of this.#sessions) session.dispose();
    this.#sessions.clear();
  }

  #open(place: ConstructorParameters<typeof PanelSession>[0]): PanelSession {
    const session = new PanelSession(place, this.#services);
    this.#sessions.add(session);
    return session;
  }

  #close(session: PanelSession): void {
    session.dispose();
    this.#sessions.delete(session);
  }

  #options = (): vscode.WebviewOptions => ({ enableScripts: true, localResourceRoots: [this.#dist] });
}
