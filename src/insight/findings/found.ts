import type { FixName } from "../../protocol/fixNames.ts";
import type { Share } from "../share.ts";
import type { Found, Severity } from "./finding.ts";
import type { FindingId } from "./index.ts";

/** That a finding holds, with all that is said of it. */
export interface Finding extends Omit<Found, "severity" | "marks" | "fixes"> {
  readonly id: FindingId;
  readonly severity: Severity;
  readonly marks: ReadonlyMap<number, Share>;
  readonly fixes: readonly FixName[];
  /** What it explains, by id: shown under it. */
  readonly causeOf: readonly FindingId[];
  /** What explains it, by id; absent where it is a cause itself. */
  readonly cause?: FindingId;
}

/** What was found before causes are looked for. */
export type Suspicion = Omit<Finding, "causeOf" | "cause">;
