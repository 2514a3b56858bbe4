import type { Stage } from "./overlay.ts";

/** Pixels of points, one after the other; NaN where a point has no place. */
export interface Placed {
  readonly xs: Float64Array;
  readonly ys: Float64Array;
}

/** Adds a shape of this size to the path. */
const SHAPES = {
  circle(ctx, x, y, r) {
    ctx.moveTo(x + r, y);
    ctx.arc(x, y, r, 0, 2 * Math.PI);
  },
  rect: (ctx, x, y, r) => outline(ctx, x, y, r * Math.SQRT1_2, [-1, -1, 1, -1, 1, 1, -1, 1]),
  rectRot: (ctx, x, y, r) => outline(ctx, x, y, r, [0, -1, 1, 0, 0, 1, -1, 0]),
  up: (ctx, x, y, r) => outline(ctx, x, y, r, [0, -1, COS_30, 0.5, -COS_30, 0.5]),
  down: (ctx, x, y, r) => outline(ctx, x, y, r, [0, 1, COS_30, -0.5, -COS_30, -0.5]),
  tick(ctx, x, y, r) {
    ctx.moveTo(x, y - r);
    ctx.lineTo(x, y + r);
  },
  cross(ctx, x, y, r) {
    for (const way of [1, -1]) {
      ctx.moveTo(x - r * Math.SQRT1_2, y - way * r * Math.SQRT1_2);
      ctx.lineTo(x + r * Math.SQRT1_2, y + way * r * Math.SQRT1_2);
    }
  },
} as const satisfies Record<string, (ctx: CanvasRenderingContext2D, x: number, y: number, r: number) => void>;

export type Shape = keyof typeof SHAPES;

const COS_30 = Math.sqrt(3) / 2;

function outline(
  ctx: CanvasRenderingContext2D,
  x: number,
  y: number,
  size: number,
  corners: readonly number[],
): void {
  for (let i = 0; i < corners.length; i += 2) {
    const [across, down] = [x + size * (corners[i] ?? 0), y + size * (corners[i + 1] ?? 0)];
    if (i === 0) ctx.moveTo(across, down);
    else ctx.lineTo(across, down);
  }
  ctx.closePath();
}

interface PointStyle {
  readonly shape: Shape;
  /** Of the i-th point; 0: none is drawn. */
  readonly radius: (i: number) => number;
  readonly fill?: (i: number) => string;
  readonly line?: (i: number) => string;
  readonly width?: number;
}

/** Points within the axes, whole where they lie at an edge; neighbours of one colour in one go. */
export function drawPoints({ ctx, area }: Stage, { xs, ys }: Placed, style: PointStyle): void {
  const { shape, radius, fill, line, width = 1 } = style;
  let ink: string | undefined;
  const finish = (): void => {
    if (ink === undefined) return;
    if (fill) ctx.fill();
    else ctx.stroke();
  };
  ctx.lineWidth = width;
  const add = SHAPES[shape];
  for (let i = 0; i < xs.length; i++) {
    const [x, y, r] = [xs[i] ?? NaN, ys[i] ?? NaN, radius(i)];
    const isInside = x > area.left - 1 && x < area.right + 1 && y > area.top - 1 && y < area.bottom + 1;
    if (!isInside || r === 0) continue;
    const next = (fill ?? line)?.(i) ?? "";
    if (next !== ink) {
      finish();
      ink = ctx[fill ? "fillStyle" : "strokeStyle"] = next;
      ctx.beginPath();
    }
    add(ctx, x, y, r);
  }
  finish();
}
