import * as vscode from "vscode";

/** The output channel, which is there once something has been said in it. */
export class Log implements vscode.Disposable {
  #channel: vscode.OutputChannel | undefined;

  readonly line = (text: string): void => this.#open().appendLine(text.trimEnd());

  readonly show = (): void => this.#open().show();

  dispose(): void {
    this.#channel?.dispose();
  }

  #open(): vscode.OutputChannel {
    return (this.#channel ??= vscode.window.createOutputChannel("GradLens"));
  }
}
