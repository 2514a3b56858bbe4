import { Context } from "svgcanvas";
import type { Theme } from "../theme.ts";
import { itemsOf, type Item } from "../views/legend.ts";
import type { Plot } from "./chart.ts";
import { runMark } from "./inks.ts";
import { paint } from "./mount.ts";

/** A chart as it is to be seen outside of the panel: with what it is called, what it says, and its legend. */
export interface Picture {
  readonly title: string;
  readonly reading: string;
  readonly plot: Plot;
}

const [MARGIN, TITLE, LINE, PLOT] = [16, 20, 18, 260] as const;

/** Pixels of a letter, on average: how long a text of the legend is. */
const LETTER = 6.2;

/** The chart as an SVG file, so wide, in the colours of the theme. */
export function toSvg({ title, reading, plot }: Picture, theme: Theme, width = 640): string {
  const inner = width - 2 * MARGIN;
  const ctx = new Context({ width: inner, height: PLOT });
  paint(ctx as unknown as CanvasRenderingContext2D, plot, theme, { width: inner, height: PLOT });
  const drawn = ctx.getSvg();
  for (const [name, value] of Object.entries({
    x: MARGIN,
    y: MARGIN + TITLE + LINE,
    width: inner,
    height: PLOT,
  }))
    drawn.setAttribute(name, String(value));
  const lines = legendLines(itemsOf(plot, theme), plot.note, inner);
  const below = MARGIN + TITLE + LINE + PLOT + LINE;
  const height = below + lines.length * LINE + MARGIN / 2;
  const parts = [
    `<rect width="${width}" height="${height}" fill="${theme.ground}"/>`,
    textAt(MARGIN, MARGIN + 12, title, theme.foreground, 'font-size="14" font-weight="600"'),
    textAt(MARGIN, MARGIN + TITLE + 10, reading, theme.muted),
    new XMLSerializer().serializeToString(drawn),
    ...lines.flatMap((items, i) =>
      items.map(({ x, item }) => legendItem(MARGIN + x, below + i * LINE, item, theme)),
    ),
  ];
  const font = theme.font.replaceAll('"', "'");
  return opaque(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${font}" font-size="11">${parts.join("")}</svg>`,
  );
}

/** The same as pixels, two for each of its own, as base64. */
export async function toPng(svg: string): Promise<string> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [2 * image.width, 2 * image.height];
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/png").replace(/^[^,]*,/, "");
}

interface Placed {
  readonly x: number;
  readonly item: Item;
}

/** The legend's items in lines that are no longer than the chart; what is left out comes last. */
function legendLines(
  items: readonly Item[],
  note: string | undefined,
  width: number,
): readonly (readonly Placed[])[] {
  const all = [...items, ...(note === undefined ? [] : [{ label: note, swatch: "none", ink: "" }])];
  const lines: Placed[][] = [];
  let x = Infinity;
  for (const item of all) {
    const length = 36 + item.label.length * LETTER + 14;
    if (x + length > width) {
      lines.push([]);
      x = 0;
    }
    lines.at(-1)?.push({ x, item });
    x += length;
  }
  return lines;
}

function legendItem(x: number, y: number, { label, swatch, ink, run }: Item, theme: Theme): string {
  return (
    swatchAt(x, y - 4, swatch, ink.startsWith("linear-gradient") ? theme.muted : ink, run) +
    textAt(x + 34, y, label, theme.muted)
  );
}

function swatchAt(x: number, y: number, swatch: string, ink: string, run: number | undefined): string {
  if (swatch === "none") return "";
  if (run !== undefined || swatch === "line" || swatch === "thin") {
    const dash = run === undefined ? "" : `stroke-dasharray="${runMark(run).dash.join(" ")}"`;
    const width = swatch === "thin" ? 1 : 1.75;
    return `<path d="M${x} ${y}h28" stroke="${ink}" stroke-width="${width}" ${dash} fill="none"/>`;
  }
  if (swatch === "band")
    return `<rect x="${x + 8}" y="${y - 5}" width="14" height="9" fill="${ink}" fill-opacity="0.22"/>`;
  if (swatch === "diamonds")
    return `<path d="M${x + 14} ${y - 4}l4 4l-4 4l-4-4z" stroke="${ink}" fill="none"/>`;
  return `<rect x="${x + 9}" y="${y - 4}" width="9" height="8" fill="${ink}"/>`;
}

const textAt = (x: number, y: number, text: string, fill: string, more = ""): string =>
  `<text x="${x}" y="${y}" fill="${fill}" ${more}>${escaped(text)}</text>`;

const escaped = (text: string): string =>
  text.replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c] ?? c);

/** Mixed colours as plain ones: not everything that reads SVG can mix. */
function opaque(svg: string): string {
  const ctx = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  if (!ctx) return svg;
  return svg.replace(/color-mix\([^"]*?%, transparent\)/g, (mixed) => {
    ctx.clearRect(0, 0, 1, 1);
    ctx.fillStyle = mixed;
    ctx.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha = 255] = ctx.getImageData(0, 0, 1, 1).data;
    return `rgba(${red}, ${green}, ${blue}, ${(alpha / 255).toFixed(3)})`;
  });
}
