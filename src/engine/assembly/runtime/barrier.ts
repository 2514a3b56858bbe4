/*
 * How threads with instances of their own over the same memory wait for each other: they spin at first, since most waits are
 * shorter than it takes to fall asleep and wake up; longer than what lies between two steps, too, since a virtual machine gives
 * an idle core away, and gives it back late.
 */

/** Turns of the loop in which a thread does nothing but look: some microseconds. */
const EAGER: i32 = 2000;
/** Turns with a pause each before it falls asleep: about a millisecond. */
const PATIENT: i32 = 20000;

/** Leaves the core to its other hardware thread for a moment, where the host knows how. Imported from `barrier`, this file's name. */
declare function pause(): void;

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
  for (let turn = 0; turn < EAGER + PATIENT; turn++) {
    const now = atomic.load<i32>(word);
    if (now != was) return now;
    if (turn >= EAGER) pause();
  }
  atomic.add<i32>(asleep, 1);
  while (atomic.load<i32>(word) == was) atomic.wait<i32>(word, was, -1);
  atomic.sub<i32>(asleep, 1);
  return atomic.load<i32>(word);
}
