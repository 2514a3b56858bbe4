import type { DeclaredModel } from "../../protocol/declaredModel.ts";
import type { Frame, Stat } from "../../protocol/frame.ts";
import type { FixName } from "../../protocol/fixNames.ts";
import type { History } from "../../protocol/history.ts";
import type { DataFacts, LayerInfo, RunEnd, RunInfo } from "../../protocol/run.ts";
import type { RuleSettings } from "../../protocol/rules.ts";
import type { LossState } from "../lossState.ts";
import type { Share } from "../share.ts";
import type { Course } from "../training.ts";
import type { Thresholds, ValuesOf } from "./thresholds.ts";

export type Severity = "info" | "warning" | "error";

/** A run as a finding sees it. */
export interface Run {
  /** `ended` without an `end`: nobody can tell how. `info`: what the file says, and what its data are like, where somebody knows. */
  readonly run: {
    readonly state?: string;
    readonly end?: RunEnd;
    readonly info?: Pick<RunInfo, "declared" | "rules" | "data">;
  };
  readonly layers: readonly LayerInfo[];
  readonly history: Pick<History, "recent" | "first" | "tally" | "course" | "moved">;
}

/** A run with what is taken from it once for all findings. Figures of "now" are medians of the last finite steps. */
export interface Evidence extends Run {
  readonly declared?: DeclaredModel | undefined;
  readonly data?: DataFacts | undefined;
  readonly settings: RuleSettings;
  readonly loss: LossState;
  readonly course: Course;
  /** Steps enough to judge by: the run has made 20, or has ended with NaN or ∞. */
  readonly judged: boolean;
  /** The run has ended with a NaN or ∞, or has one at its latest step. */
  readonly broken: boolean;
  /** The run goes on and may still be at its beginning: in its first half, up to step 200. Many that train well rest there for a while. */
  readonly early: boolean;
  /** The latest step. */
  readonly step: number;
  /** Rows with weights, normalisations left out, in order. */
  readonly weighted: readonly number[];
  /** One figure of every row: at the first step, and the median over the last finite steps. NaN where there is none. */
  start(stat: Stat): readonly number[];
  now(stat: Stat): readonly number[];
  /** The last finite frames, which figures of now are taken from. */
  readonly late: readonly Frame[];
  /** ‖∂L/∂h‖ of every layer now. */
  readonly delta: readonly number[];
  /** log₁₀ of the share of the gradient that reaches each layer (`logSharesOf`). */
  readonly shares: readonly number[];
  /** Rows that are links of the chain from the input to the loss and have a share. */
  readonly links: readonly number[];
  /** Every gradient of the last steps is exactly 0. */
  readonly silent: boolean;
}

/** A number behind a finding, by name, as programs read it. */
export type Figures = Readonly<Record<string, number>>;

/** That a finding holds. */
export interface Found {
  /** A sentence, with numbers that are true now. */
  readonly message: string;
  /** Path of the layer that it is about; `data` for the data, absent for the model as a whole. */
  readonly layer?: string;
  readonly figures: Figures;
  /** Other layers that it is about, by path. */
  readonly related?: readonly string[];
  /** Less grave than the table says: what it is about does not keep this model from training. */
  readonly severity?: Severity;
  /** Rows that are marked for it, and how, beside that of `layer`, which is at least `faulty`. */
  readonly marks?: ReadonlyMap<number, Share>;
  /** Fixes that suit this case better than those of the table. */
  readonly fixes?: readonly FixName[];
}

/** The paper or page that a finding goes back to. */
export interface Source {
  readonly title: string;
  readonly url: string;
}

interface Described<Id extends string, T extends Thresholds> {
  readonly id: Id;
  /** In a few words. */
  readonly title: string;
  /** When it holds, in words, thresholds by their names. */
  readonly condition: string;
  /** What it goes by, by the names that a model file has for them. */
  readonly thresholds?: T;
  /** Why it is bad, and what tells it from what is not, in a paragraph. */
  readonly why: string;
  readonly source: Source;
  readonly severity: Severity;
  /** Names of its fixes, the most promising first. */
  readonly fixes: readonly FixName[];
}

/** One thing that can be wrong with a run: everything that names, shows or explains it reads this value. */
export interface RunFinding<Id extends string = string, T extends Thresholds = Thresholds> extends Described<
  Id,
  T
> {
  /** `undefined` where it does not hold. */
  find(evidence: Evidence, thresholds: ValuesOf<T>): Found | undefined;
}

/** A model before it has run. */
export interface Sketch {
  readonly declared: DeclaredModel;
  readonly data?: DataFacts | undefined;
}

/** One thing that can be wrong with a model as it is declared, before and without a run. */
export interface StaticFinding<
  Id extends string = string,
  T extends Thresholds = Thresholds,
> extends Described<Id, T> {
  /**
   * What a run has to show for it to be an error: nothing (`always`), that it has learned nothing (`notWell`) or next to nothing
   * (`poor`), that it comes to rest too high (`bad`), or ends there (`high`). `never`: it is no fault.
   */
  readonly gate: "always" | "notWell" | "poor" | "bad" | "high" | "never";
  inspect(sketch: Sketch, thresholds: ValuesOf<T>): Found | undefined;
}

export type FindingType<Id extends string = string> = RunFinding<Id> | StaticFinding<Id>;

export const isStatic = <Id extends string>(type: FindingType<Id>): type is StaticFinding<Id> =>
  "inspect" in type;

/** Keep the id's type and the thresholds', so that `find` knows their names. */
export const runFinding = <const Id extends string, const T extends Thresholds = Record<never, never>>(
  type: RunFinding<Id, T>,
): RunFinding<Id, T> => type;
export const staticFinding = <const Id extends string, const T extends Thresholds = Record<never, never>>(
  type: StaticFinding<Id, T>,
): StaticFinding<Id, T> => type;
