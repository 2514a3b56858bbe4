import type { ReadProgress } from "../protocol/worker.ts";

/** How files are read: for as long as they are wanted, and telling how far the reader is. */
export interface Loading {
  readonly signal?: AbortSignal;
  onProgress?(progress: ReadProgress): void;
}
