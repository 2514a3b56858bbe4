import * as vscode from "vscode";
import { SHARES, type Share } from "../insight/share.ts";

interface Mark {
  /** SVG on a square of 16 by 16, in `currentColor`: the shape tells the classes apart, not the colour alone. */
  readonly shape: string;
  readonly light: string;
  readonly dark: string;
  /** Also in the overview ruler. */
  readonly ruler: boolean;
}

const DOWN = "M3 5h10l-5 6z";
const UP = "M3 11h10l-5-6z";
const outline = (path: string): string =>
  `<path d="${path}" fill="none" stroke="currentColor" stroke-width="1.3"/>`;
const filled = (path: string): string => `<path d="${path}" fill="currentColor"/>`;

/** Blue points down where the gradient vanishes, red points up where it explodes: outline, filled, double. Any other fault is an amber triangle. */
const MARKS: Readonly<Record<Share, Mark>> = {
  vanishing3: { shape: filled("M3 2h10l-5 6zM3 8h10l-5 6z"), light: "#0848a0", dark: "#46a0ff", ruler: true },
  vanishing2: { shape: filled(DOWN), light: "#2a64b4", dark: "#4a90dd", ruler: true },
  vanishing1: { shape: outline(DOWN), light: "#5b86c2", dark: "#5b82b0", ruler: false },
  even: {
    shape: `<circle cx="8" cy="8" r="1.7" fill="currentColor"/>`,
    light: "#9a9a96",
    dark: "#7d8084",
    ruler: false,
  },
  exploding1: { shape: outline(UP), light: "#c8705e", dark: "#c07a68", ruler: false },
  exploding2: { shape: filled(UP), light: "#c0442e", dark: "#e07858", ruler: true },
  exploding3: { shape: filled("M3 8h10L8 2zM3 14h10L8 8z"), light: "#b8220c", dark: "#ff6240", ruler: true },
  faulty: {
    shape:
      `<path d="M8 2.2l6 11H2z" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linejoin="round"/>` +
      `<path d="M8 6v3.6M8 10.8v1.2" stroke="currentColor" stroke-width="1.4"/>`,
    light: "#b06000",
    dark: "#f0a030",
    ruler: true,
  },
  nonfinite: {
    shape:
      `<path d="M3 3h10v10H3z" fill="none" stroke="currentColor" stroke-width="1.4"/>` +
      `<path d="M3 8l5-5M3 13L13 3M8 13l5-5" stroke="currentColor" stroke-width="1.4"/>`,
    light: "#b000a0",
    dark: "#ff40ec",
    ruler: true,
  },
};

const icon = (shape: string, colour: string): vscode.Uri => {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">${shape}</svg>`;
  const text = svg.replaceAll("currentColor", colour);
  return vscode.Uri.parse(`data:image/svg+xml;base64,${Buffer.from(text).toString("base64")}`);
};

const theme = ({ shape, ruler }: Mark, colour: string): vscode.ThemableDecorationRenderOptions => ({
  gutterIconPath: icon(shape, colour),
  gutterIconSize: "75%",
  ...(ruler && { overviewRulerColor: colour }),
});

/** One decoration type for each class of the share. The caller disposes them. */
export const gutterTypes = (): ReadonlyMap<Share, vscode.TextEditorDecorationType> =>
  new Map(
    SHARES.map((share) => {
      const mark = MARKS[share];
      const type = vscode.window.createTextEditorDecorationType({
        overviewRulerLane: vscode.OverviewRulerLane.Left,
        rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
        light: theme(mark, mark.light),
        dark: theme(mark, mark.dark),
      });
      return [share, type];
    }),
  );
