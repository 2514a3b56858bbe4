import type { SaveFormat } from "../../src/protocol/webview.ts";

/** What the user does in the panel. */
export interface Events {
  /** The pointer or the keyboard is on this layer (by path), or on none. */
  hover(layer: string | undefined): void;
  reveal(layer: string): void;
  /** Shows all figures of a layer. */
  open(layer: string): void;
  /** Shows a step of the run; `undefined`: the latest, and those that come. */
  go(step: number | undefined): void;
  /** A section is folded, unfolded, shows its table or its chart, or has come into sight: draw it. */
  layoutChanged(): void;
  /** Lets the user save a chart. */
  save(name: string, format: SaveFormat, content: string): void;
  /** Something that is seen happening is to be said to those who cannot see it. */
  say(text: string): void;
}
