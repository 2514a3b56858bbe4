import type { ModelSpec } from "../engine/spec.ts";
import { indented } from "./python.ts";

/** So many lines of progress. */
const LINES = 20;

const NUMBER = [
  "def number(value):",
  ...indented([
    '"""As JSON has it, which has no NaN and no infinity."""',
    "if math.isfinite(value):",
    ...indented(["return value"]),
    'return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"',
  ]),
];

const WATCHED = [
  "def watched(model):",
  ...indented([
    '"""Has the training watched where gradlens is."""',
    'return gradlens.watch(model, reduce="all") if gradlens else contextlib.nullcontext()',
  ]),
];

/** Of several processes the first one prints. */
const FIRST_ALONE = ["if RANK > 0:", ...indented(["continue"])];

/** `main` prints what `train` yields: for people, or with `--jsonl` for programs. */
export function mainFunctions({ data, train: { steps } }: ModelSpec): readonly (readonly string[])[] {
  const every = Math.max(1, Math.round(steps / LINES));
  const main = [
    "def main():",
    ...indented([
      "if WORLD > 1:",
      ...indented(['distributed.init_process_group("nccl" if GPU else "gloo")']),
      "model = build_model()",
      "with watched(model):",
      ...indented(data.validation > 0 ? withValidation(every) : withoutValidation(every)),
      "if WORLD > 1:",
      ...indented(["distributed.barrier()", "distributed.destroy_process_group()"]),
    ]),
  ];
  return [WATCHED, NUMBER, main];
}

const withoutValidation = (every: number): readonly string[] => [
  "for step, loss in train(model):",
  ...indented([
    ...FIRST_ALONE,
    'if "--jsonl" in sys.argv:',
    ...indented(['print(json.dumps({"type": "step", "step": step, "loss": number(loss)}), flush=True)']),
    every > 1 ? `elif step % ${every} == 0 or step in (1, STEPS):` : "else:",
    ...indented(['print(f"step {step} of {STEPS}: loss {loss:.6g}")']),
  ]),
];

const withValidation = (every: number): readonly string[] => [
  "for step, loss, val_loss in train(model):",
  ...indented([
    ...FIRST_ALONE,
    'if "--jsonl" in sys.argv:',
    ...indented([
      'line = {"type": "step", "step": step, "loss": number(loss)}',
      "if val_loss is not None:",
      ...indented(['line["val_loss"] = number(val_loss)']),
      "print(json.dumps(line), flush=True)",
    ]),
    every > 1 ? `elif val_loss is not None or step % ${every} == 0 or step in (1, STEPS):` : "else:",
    ...indented([
      'validation = "" if val_loss is None else f", validation loss {val_loss:.6g}"',
      'print(f"step {step} of {STEPS}: loss {loss:.6g}{validation}")',
    ]),
  ]),
];
