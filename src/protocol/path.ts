/** How the calls of a run come to be made, in the order in which a run may take these up. */
export const PATHS = {
  modules: "each list of calls is a WebAssembly module of its own from here on",
  threads: "several threads are faster: they share the calls",
  "one thread": "one thread is faster: the others are let go",
} as const;

/** That a run has taken up another way to make its calls, or given one up. */
export type Path = keyof typeof PATHS;
