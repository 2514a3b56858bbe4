import type { Executor } from "../../src/engine/runtime/backend.ts";
import type { Kernels } from "../../src/engine/kernels/kernels.ts";
import { schedule, sectionsOf, type Task } from "../../src/engine/runtime/schedule.ts";
import { bind } from "../../src/engine/compile/recorder.ts";

/**
 * What several threads do, in one, in an order that threads may come to run in: between two barriers one after the other,
 * the last first, or turn by turn. What is right in every such order needs no luck.
 */
export const shuffledThreads =
  (threads: number, turns: "last first" | "in turns") =>
  (kernels: Kernels): Executor => ({
    runner(calls, batch) {
      const tasks = ordered(schedule(calls, threads, batch), turns);
      const bound = bind(
        kernels,
        tasks.filter((task) => task !== "barrier"),
      );
      return () => {
        for (const call of bound) call();
      };
    },
    close: () => undefined,
  });

function ordered(lists: readonly (readonly Task[])[], turns: "last first" | "in turns"): readonly Task[] {
  const sections = lists.map(sectionsOf);
  return sections[0].flatMap((_, i) => {
    const parallel = sections.map((list) => list[i]).toReversed();
    if (turns === "last first") return parallel.flat();
    const longest = Math.max(...parallel.map(({ length }) => length));
    return Array.from({ length: longest }, (_, turn) =>
      parallel.flatMap((list) => list.slice(turn, turn + 1)),
    ).flat();
  });
}
