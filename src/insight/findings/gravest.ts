import type { FoundAt } from "../../protocol/found.ts";

/**
 * What a place shows that has room for one thing: the gravest cause, the first among equals. A remark is no mark, and an effect is
 * told of where its cause is.
 */
export function gravest<T extends Pick<FoundAt, "severity" | "cause">>(found: readonly T[]): T | undefined {
  const causes = found.filter(({ severity, cause }) => severity !== "info" && cause === undefined);
  return causes.find(({ severity }) => severity === "error") ?? causes[0];
}
