import { STATS } from "../src/protocol/frame.ts";
import { isSound, type Increment } from "../src/protocol/increment.ts";
import { CONTROLS, type RunSummary, type ToWebview } from "../src/protocol/webview.ts";

/**
 * The message, if it has the shape that the protocol promises; `undefined` for anything else. What comes over a
 * webview's `message` event may be of any origin, so nothing reaches the store unchecked.
 */
export function toMessage(data: unknown): ToWebview | undefined {
  if (!isRecord(data) || typeof data["type"] !== "string") return undefined;
  const check = CHECKS.get(data["type"]);
  return check?.(data) ? revived(data as unknown as ToWebview) : undefined;
}

/** VS Code sends messages as JSON, in which a NaN outside of a typed array arrives as null: here it is NaN again. */
const revived = (message: ToWebview): ToWebview =>
  "runs" in message ? { ...message, runs: message.runs.map(revivedRun) } : message;

const revivedRun = (run: RunSummary): RunSummary => ({
  ...run,
  loss: orNaN(run.loss),
  steps_per_second: orNaN(run.steps_per_second),
});

const orNaN = (value: number | null): number => value ?? NaN;

type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const string: Check = (value) => typeof value === "string";
const number: Check = (value) => typeof value === "number";
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const boolean: Check = (value) => typeof value === "boolean";
const floats: Check = (value) => value instanceof Float64Array;
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const list =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    words.some((word) => word === value);
const fields =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isRecord(value) && Object.entries(checks).every(([name, check]) => check(value[name]));

const count: Check = (value) => typeof value === "number" && Number.isInteger(value) && value >= 0;

const history: Check = (value) =>
  fields({
    head: floats,
    course: floats,
    validation: floats,
    moved: floats,
    frames: fields({ totals: floats, values: floats, time: floats }),
    hist: floats,
  })(value) && isSound(value as Increment);

const layer = fields({
  path: string,
  type: string,
  parameters: list(fields({ name: string, shape: list(number) })),
  output_shape: list(number),
  stats: list(oneOf(...STATS)),
  time: optional(count),
});

const end: Check = (value) =>
  isRecord(value) &&
  fields({
    steps: count,
    elapsed_ms: number,
    ...(END_FIELDS.get(String(value["reason"])) ?? { reason: () => false }),
  })(value);

/** What each way to end has beyond the common fields. */
const END_FIELDS: ReadonlyMap<string, Readonly<Record<string, Check>>> = new Map([
  ["completed", {}],
  ["stopped", {}],
  ["interrupted", {}],
  ["lost", {}],
  ["non_finite", { layer: string, where: oneOf("activation", "gradient", "weight") }],
  ["failed", { message: string }],
]);

const run = fields({
  id: number,
  info: fields({
    model: string,
    seed: optional(number),
    parameters: count,
    steps: optional(number),
    layers: list(layer),
    hist_every: number,
    engine: string,
  }),
  state: oneOf("preparing", "running", "paused", "ended"),
  end: optional(end),
  reading: optional(fields({ file: string, read: count, total: count })),
  step: count,
  loss: orNull(number),
  steps_per_second: orNull(number),
  file: string,
  trial: optional(oneOf("as it is", "with fixes")),
  name: optional(string),
  started: string,
  stale: boolean,
  controls: list(oneOf(...CONTROLS)),
});

const overlays = list(fields({ run: number, because: oneOf("pinned", "parent", "before") }));

const CHECKS: ReadonlyMap<string, Check> = new Map([
  [
    "state",
    fields({
      runs: list(run),
      shown: optional(number),
      history: optional(history),
      overlays,
      has_models: boolean,
    }),
  ],
  ["frames", fields({ run: number, history })],
  ["runs", fields({ runs: list(run), shown: optional(number), overlays })],
  ["mark", fields({ layer: optional(string), scroll: boolean })],
  ["layer", fields({ layer: string })],
  [
    "spectrum",
    fields({
      spectrum: optional(
        fields({
          path: string,
          inputs: count,
          outputs: count,
          values: floats,
          error: optional(number),
          step: count,
        }),
      ),
    }),
  ],
]);
