import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { declaredModel } from "../../../src/engine/graph/declaredModel.ts";
import { evidenceOf } from "../../../src/insight/findings/evidence.ts";
import { diagnose, staticFindings } from "../../../src/insight/findings/diagnose.ts";
import { isStatic, type Severity } from "../../../src/insight/findings/finding.ts";
import type { Finding } from "../../../src/insight/findings/found.ts";
import { findingOf, type FindingId } from "../../../src/insight/findings/index.ts";
import { expectedRun, outlineOf } from "../../../src/model/outline.ts";
import { parse } from "../../../src/model/parse.ts";
import { layerCount, TOTALS, type Frame, type Stat, type Total } from "../../../src/protocol/frame.ts";
import type { DataFacts, RunEnd, RunInfo } from "../../../src/protocol/run.ts";
import { frameOf } from "../../support/frames.ts";
import { historyOf } from "../../support/history.ts";

type Json = Readonly<Record<string, unknown>>;

/** A value, or one for each step. */
type OverSteps<T> = T | ((step: number) => T);

/** A run, as far as a finding looks at it. */
export interface Given {
  /** What the model file says, over `MODEL`. */
  readonly model?: Json;
  readonly data?: Partial<DataFacts>;
  readonly steps?: number;
  readonly loss?: OverSteps<number>;
  readonly totals?: OverSteps<Partial<Record<Total, number>>>;
  /** Figures of the rows, in order of definition. */
  readonly stats?: OverSteps<Partial<Record<Stat, readonly number[]>>>;
  /** ‖∂L/∂h_t‖ of the recurrent layer, first to last. */
  readonly time?: OverSteps<readonly number[]>;
  readonly end?: RunEnd;
}

/** Linear, Tanh, Linear: nothing is wrong with it. */
export const MODEL: Json = {
  input: [4],
  layers: [
    { type: "Linear", out_features: 8, name: "first" },
    { type: "Tanh", name: "tanh" },
    { type: "Linear", out_features: 1, name: "head" },
  ],
  loss: "MSELoss",
  optimizer: { type: "SGD", lr: 0.1 },
  data: { type: "gaussian", samples: 100 },
};

/** Linear, ReLU, Linear, ReLU, … and a head, so many layers with weights. */
export const deep = (weighted: number, activation = "ReLU"): readonly Json[] => [
  ...Array.from({ length: weighted - 1 }, (_, i) => [
    { type: "Linear", out_features: 8, name: `fc${i}` },
    { type: activation, name: `act${i}` },
  ]).flat(),
  { type: "Linear", out_features: 1, name: "head" },
];

/** Data whose best constant costs 1. */
export const FACTS: DataFacts = {
  samples: 100,
  target_mean: 0,
  target_std: 1,
  target_offset: 0,
  target_min: -3,
  target_max: 3,
  input_rms: 1,
  input_max: 4,
  input_nonfinite: 0,
  floor: 1,
};

export function specOf(model: Json = {}) {
  const text = JSON.stringify({ version: 1, models: { m: { ...MODEL, ...model } } });
  const { models, problems } = parse(text);
  const spec = models[0]?.spec;
  assert.ok(spec, problems.map(({ message }) => message).join("\n"));
  return spec;
}

/** Falls from 1.2 to next to nothing in 40 steps. */
export const learns = (step: number): number => 1.2 * 0.9 ** step;

const at = <T>(value: OverSteps<T>, step: number): T =>
  typeof value === "function" ? (value as (step: number) => T)(step) : value;

/** Such a run. The loss stays at what the best constant costs where nothing else is said. */
export function runIn(given: Given): { readonly info: RunInfo; readonly frames: readonly Frame[] } {
  const spec = specOf(given.model);
  const info = { ...expectedRun(spec, outlineOf(spec)), data: { ...FACTS, ...given.data } };
  const rows = info.layers.length;
  const frames = Array.from({ length: given.steps ?? 40 }, (_, i) => frameAt(given, rows, i + 1));
  assert.ok(frames.every((frame) => layerCount(frame) === rows));
  return { info, frames };
}

/** What is found in it, the cause first. */
export function foundIn(given: Given): readonly Finding[] {
  const { info, frames } = runIn(given);
  const { layers } = info;
  const run = { info, state: given.end ? "ended" : "running", ...(given.end && { end: given.end }) };
  return diagnose(evidenceOf({ run, layers, history: historyOf(frames) }));
}

/** Figures of a layer about which there is nothing to say. */
const CALM: Partial<Record<Stat, number>> = {
  delta_norm: 0.1,
  grad_norm: 0.1,
  grad_mean: 0,
  grad_std: 0.01,
  grad_nonfinite: 0,
  act_nonfinite: 0,
  act_std: 0.5,
  act_spread: 0.7,
  weight_norm: 2,
  update_ratio: 0.01,
  gain: 0.9,
};

function frameAt({ stats = {}, totals = {}, loss = 1, time }: Given, layers: number, step: number): Frame {
  const figures = Object.entries(at(stats, step)) as [Stat, readonly number[]][];
  const rows = Array.from({ length: layers }, (_, row) => ({
    ...CALM,
    ...Object.fromEntries(figures.map(([stat, values]) => [stat, values[row] ?? NaN])),
  }));
  const calm = Object.fromEntries(TOTALS.map((total) => [total, NaN])) as Record<Total, number>;
  const all = { ...calm, loss: at(loss, step), lr: 0.1, grad_norm: 0.3, clip_coef: 1, ...at(totals, step) };
  const frame = frameOf(rows, all, step);
  return time ? { ...frame, time: Float64Array.from(at(time, step)) } : frame;
}

/** What is said before a run. */
export function sketched(model: Json, data?: Partial<DataFacts>): readonly Finding[] {
  const declared = declaredModel(specOf(model));
  return staticFindings({ declared, ...(data && { data: { ...FACTS, ...data } }) });
}

interface Silent extends Given {
  readonly name: string;
  /** Nothing is said but this finding, less gravely. */
  readonly severity?: Severity;
}

interface Speaks extends Given {
  readonly name: string;
  readonly message: string;
  readonly layer?: string;
  readonly severity?: Severity;
}

/** When a finding keeps quiet, and when it speaks, word for word. */
export function testFinding(
  id: FindingId,
  { silent, speaks }: { readonly silent: readonly Silent[]; readonly speaks: readonly Speaks[] },
): void {
  const one = (given: Given) => foundIn(given).find((finding) => finding.id === id);
  suite(id, () => {
    for (const { name, severity, ...given } of silent) {
      test(`is silent: ${name}`, () => assert.equal(one(given)?.severity, severity));
    }
    for (const { name, message, layer, severity = "error", ...given } of speaks) {
      test(`speaks: ${name}`, () => {
        const found = one(given);
        assert.equal(found?.message, message);
        assert.equal(found.severity, severity);
        assert.equal(found.layer, layer);
      });
    }
    test("can be turned off", () => {
      for (const { name: _, message: __, model, ...given } of speaks) {
        const off = { ...model, rules: { [id]: "off" } };
        assert.equal(one({ ...given, model: off }), undefined);
      }
    });
  });
}

/** The same of a finding that needs no run. */
export function testSketch(
  id: FindingId,
  {
    silent,
    speaks,
  }: {
    readonly silent: readonly {
      readonly name: string;
      readonly model: Json;
      readonly data?: Partial<DataFacts>;
    }[];
    readonly speaks: readonly {
      readonly name: string;
      readonly model: Json;
      readonly data?: Partial<DataFacts>;
      readonly message: string;
      readonly layer: string;
    }[];
  },
): void {
  suite(`${id}, before a run`, () => {
    for (const { name, model, data } of silent) {
      test(`is silent: ${name}`, () =>
        assert.equal(
          sketched(model, data).find((finding) => finding.id === id),
          undefined,
        ));
    }
    for (const { name, model, data, message, layer } of speaks) {
      test(`speaks: ${name}`, () => {
        const found = sketched(model, data).find((finding) => finding.id === id);
        assert.equal(found?.message, message);
        assert.equal(found.layer, layer);
      });
    }
    test("can be turned off", () => {
      for (const { model, data } of speaks)
        assert.ok(!sketched({ ...model, rules: { [id]: "off" } }, data).some((finding) => finding.id === id));
    });
    test("is a finding of the table that needs no run", () => {
      const type = findingOf(id);
      assert.ok(type && isStatic(type));
    });
  });
}
