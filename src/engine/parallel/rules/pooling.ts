import type { PoolingKernels } from "../../kernels/pooling.ts";
import { reads, writes } from "../touches.ts";
import { type Args, moved, type Rule, type Rules } from "./rule.ts";

/** What a tensor of pooling consists of: whole planes, or what comes out of them. */
type Side = "plane" | "out";
type Sides = Readonly<Record<number, Side>>;

/** Pooling of so many planes as the first argument says; heights and widths of both sides are four arguments from `sizes` on. */
function ruleOf(sizes: number, read: Sides, written: Sides): Rule {
  const elements = (args: Args): Readonly<Record<Side, number>> => {
    const [height, width, outHeight, outWidth] = args.slice(sizes);
    return { plane: height * width, out: outHeight * outWidth };
  };
  const each = (sides: Sides, args: Args): readonly (readonly [argument: number, elements: number])[] => {
    const sizeOf = elements(args);
    return Object.entries(sides).map(([argument, side]) => [Number(argument), sizeOf[side]]);
  };
  return {
    touches: (args) => [
      ...each(read, args).flatMap(([i, size]) => reads(args[i], args[0] * size)),
      ...each(written, args).flatMap(([i, size]) => writes(args[i], args[0] * size)),
    ],
    units: ([planes]) => planes,
    part: moved(0, (args) => Object.fromEntries(each({ ...read, ...written }, args))),
  };
}

export const pooling: Rules<keyof PoolingKernels> = {
  maxPool2d: ruleOf(4, { 1: "plane" }, { 2: "out", 3: "out" }),
  maxPool2dGrad: ruleOf(4, { 1: "out", 2: "out" }, { 3: "plane" }),
  avgPool2d: ruleOf(4, { 2: "plane" }, { 3: "out" }),
  avgPool2dGrad: ruleOf(4, { 2: "out" }, { 3: "plane" }),
  adaptiveAvgPool2d: ruleOf(1, { 5: "plane" }, { 6: "out" }),
  adaptiveAvgPool2dGrad: ruleOf(1, { 5: "out" }, { 6: "plane" }),
};
