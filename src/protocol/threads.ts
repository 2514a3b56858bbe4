/** Beyond this a step is shared no further unless somebody asks for it: each thread takes memory, and waits for the others. */
const MOST_UNASKED = 8;

/**
 * Threads that may compute at a time on a machine of so many cores: what is asked for, at most one a core; where that is no
 * whole number from 1 on, all cores but `left`, which are left to others, and at most 8.
 */
export const threadsFor = (asked: unknown, cores: number, left: number): number =>
  typeof asked === "number" && Number.isInteger(asked) && asked >= 1
    ? Math.min(asked, cores)
    : Math.max(1, Math.min(cores - left, MOST_UNASKED));
