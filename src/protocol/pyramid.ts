import {
  addFigure,
  addFrame,
  coarser,
  emptyBucket,
  lastStep,
  placeOf,
  type Bucket,
  type Level,
} from "./buckets.ts";

/** A level that is being filled: as soon as it has more than `capacity` buckets, neighbours merge and the stride doubles. */
export class Pyramid {
  readonly #figures: number;
  readonly #capacity: number;
  #stride = 1;
  #buckets: Bucket[] = [];

  constructor(figures: number, capacity: number) {
    this.#figures = figures;
    this.#capacity = capacity;
  }

  /** As it is now. The last bucket is written on: whoever keeps it keeps a copy. */
  level(): Level {
    return { stride: this.#stride, buckets: this.#buckets };
  }

  /** Adds a frame that is later than all before, with `figures[i]` as the i-th figure. */
  push(step: number, figures: ArrayLike<number>, clipped = false, broken = false): void {
    const bucket = this.#bucketOf(step);
    for (let i = 0; i < this.#figures; i++) addFigure(bucket, i, figures[i] ?? NaN);
    addFrame(bucket, step, clipped, broken);
  }

  #bucketOf(step: number): Bucket {
    const last = this.#buckets.at(-1);
    if (last && placeOf(lastStep(last), this.#stride) === placeOf(step, this.#stride)) return last;
    let bucket = emptyBucket(this.#figures, step);
    this.#buckets.push(bucket);
    while (this.#buckets.length > this.#capacity) {
      const { stride, buckets } = coarser(this.level(), 2 * this.#stride);
      [this.#stride, this.#buckets] = [stride, [...buckets]];
      bucket = this.#buckets.at(-1) ?? bucket;
    }
    return bucket;
  }
}
