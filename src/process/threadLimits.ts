/** JavaScript's own memory; the numbers of a model lie outside it. */
export const THREAD_LIMITS = { maxOldGenerationSizeMb: 1024, stackSizeMb: 4 };
