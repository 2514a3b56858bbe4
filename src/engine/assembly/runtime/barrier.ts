/*
 * How threads with instances of their own over the same memory wait for each other: they spin at first, since most waits are
 * shorter than it takes to fall asleep and wake up.
 */

/** Turns of the loop before a thread falls asleep: some tens of microseconds. */
const SPIN_LIMIT: i32 = 50000;

/** Where a barrier's three words lie, in bytes from its beginning: each in a line of the cache of its own. */
const GENERATION: usize = 64;
const ASLEEP: usize = 128;

/** Waits until `threads` threads have come here. What they have written before is there for all of them after. */
export function barrier(at: usize, threads: i32): void {
  const generation = atomic.load<i32>(at + GENERATION);
  if (atomic.add<i32>(at, 1) == threads - 1) {
    atomic.store<i32>(at, 0);
    notify(at + GENERATION, at + ASLEEP);
  } else {
    spinWait(at + GENERATION, generation, at + ASLEEP);
  }
}

/** Adds 1 to a word, and wakes who waits for that. */
export function notify(word: usize, asleep: usize): void {
  atomic.add<i32>(word, 1);
  if (atomic.load<i32>(asleep) > 0) atomic.notify(word, i32.MAX_VALUE);
}

/** Waits until a word is no longer what it was, and returns what it is. `asleep` counts who has to be woken. */
export function spinWait(word: usize, was: i32, asleep: usize): i32 {
  for (let turn = 0; turn < SPIN_LIMIT; turn++) {
    const now = atomic.load<i32>(word);
    if (now != was) return now;
  }
  atomic.add<i32>(asleep, 1);
  while (atomic.load<i32>(word) == was) atomic.wait<i32>(word, was, -1);
  atomic.sub<i32>(asleep, 1);
  return atomic.load<i32>(word);
}
