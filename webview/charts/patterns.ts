import { css, shareColour } from "../scale.ts";
import type { ThemeKind } from "../scale.ts";

/** The colour of a pattern's strokes, which lie on the colours of the scale. */
export const inkOn = (kind: ThemeKind): string =>
  css(kind === "light" || kind === "hc-light" ? [255, 255, 255] : [0, 0, 0], 0.75);

/** What a NaN or ∞ is filled with: its colour, hatched, as the heat map has it. */
export function nonfiniteFill(kind: ThemeKind): CanvasPattern | string {
  const fill = fills.get(kind) ?? newFill(kind);
  fills.set(kind, fill);
  return fill;
}

const fills = new Map<ThemeKind, CanvasPattern | string>();

function newFill(kind: ThemeKind): CanvasPattern | string {
  const colour = css(shareColour(Infinity, kind));
  const ctx = document.createElement("canvas").getContext("2d");
  return ctx?.createPattern(hatch(inkOn(kind), colour), "repeat") ?? colour;
}

/** Diagonal strokes, on a tile that repeats without a seam. */
export const hatch = (ink: string, ground?: string): HTMLCanvasElement =>
  tile(6, ink, (ctx) => {
    if (ground !== undefined) {
      ctx.fillStyle = ground;
      ctx.fillRect(0, 0, 6, 6);
    }
    ctx.lineWidth = 1.5;
    for (const x of [-6, 0, 6]) {
      ctx.moveTo(x, 6);
      ctx.lineTo(x + 6, 0);
    }
    ctx.stroke();
  });

export const dots = (ink: string): HTMLCanvasElement => tile(5, ink, (ctx) => ctx.fillRect(1, 1, 1.5, 1.5));

function tile(size: number, ink: string, draw: (ctx: CanvasRenderingContext2D) => void): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const ctx = canvas.getContext("2d");
  if (!ctx) return canvas;
  ctx.strokeStyle = ctx.fillStyle = ink;
  draw(ctx);
  return canvas;
}
