import { diagnose } from "../../src/insight/findings/diagnose.ts";
import { evidenceOf } from "../../src/insight/findings/evidence.ts";
import { copyFrame, type Frame } from "../../src/protocol/frame.ts";
import { History } from "../../src/protocol/history.ts";
import { Recorder } from "../../src/protocol/recorder.ts";
import type { FindingId } from "../../src/insight/findings/index.ts";
import type { RunEnd } from "../../src/protocol/run.ts";
import { load } from "../../src/worker/load.ts";
import { isNumberless, type Labelled } from "./labelled.ts";
import { autoTrainer, bttackler, sageMaker, type PeerRun } from "./peers.ts";

/** Parts of the steps after which is looked. */
export const PARTS = [0.1, 0.25, 1] as const;

export type Peer = "AutoTrainer" | "SageMaker Debugger" | "BTTackler";

/** What was said of one run. */
export interface Judged {
  readonly name: string;
  readonly seed: number;
  /** By the outcome: a sick one that got well all the same, and a healthy one that did not, count for neither. */
  readonly label: "sick" | "well" | "neither";
  /** Errors at each of `PARTS`, the cause first; absent where the run had ended. */
  readonly errors: readonly (readonly FindingId[] | null)[];
  readonly peers: Readonly<Record<Peer, readonly string[]>>;
}

/** Frames that the peers' rules look at. */
const PEER_FRAMES = 60;

/** Trains the model and says what is found in it; every figure is the engine's own. */
export async function judge(one: Labelled, seed: number, folder: string): Promise<Judged> {
  const text = JSON.stringify({ version: 1, models: { m: one.model } });
  const location = { file: `${folder}/m.gradlens.json`, root: folder };
  const training = await load(text, "m", location, { seed, threads: 1 });
  const { info } = training;
  const total = info.steps ?? 1;
  const recorder = new Recorder();
  const history = () => History.EMPTY.extended(recorder.since(0)) ?? History.EMPTY;
  const marks = new Map<number, History>();
  const frames: Frame[] = [];
  const losses: number[] = [];
  const metrics: number[] = [];
  const every = Math.max(1, Math.floor(total / PEER_FRAMES));
  let end: RunEnd | undefined;
  for (const steps = training.steps(); !end;) {
    const { done, value } = steps.next();
    const made = losses.length;
    if (done) {
      const how = value ? { reason: "non_finite" as const, ...value } : { reason: "completed" as const };
      end = { ...how, steps: made, elapsed_ms: 0 };
      break;
    }
    recorder.push(value);
    losses.push(value.loss);
    if (!Number.isNaN(value.metric)) metrics.push(value.metric);
    if (made % every === 0) frames.push(copyFrame(value));
    for (const part of PARTS) if (made + 1 === Math.round(part * total)) marks.set(part, history());
  }
  marks.set(1, history());
  const evidence = (part: number) => {
    const seen = marks.get(part);
    const run = part === 1 ? { state: "ended", info, end } : { state: "running", info };
    return seen && evidenceOf({ run, layers: info.layers, history: seen });
  };
  const errors = PARTS.map((part) => {
    const known = evidence(part);
    if (!known) return null;
    return diagnose(known).flatMap(({ id, severity }) => (severity === "error" ? [id] : []));
  });
  const last = evidence(1);
  const peer: PeerRun = { info, frames, losses, metrics, end };
  return {
    name: one.name,
    seed,
    label: last ? labelOf(one, end, last.loss.relative) : "neither",
    errors,
    peers: {
      AutoTrainer: autoTrainer(peer),
      "SageMaker Debugger": sageMaker(peer),
      BTTackler: bttackler(peer),
    },
  };
}

function labelOf({ sick, well, kind }: Labelled, end: RunEnd, relative: number): Judged["label"] {
  if (kind === "shuffled") return "neither";
  const isWell = end.reason === "completed" && well !== null && relative < well && !isNumberless(kind);
  if (sick) return isWell ? "neither" : "sick";
  return isWell ? "well" : "neither";
}
