const N = 624;
const M = 397;
const UPPER = 0x80000000;
const LOWER = 0x7fffffff;
const MATRIX_A = 0x9908b0df;

/**
 * MT19937: 32 uniform bits a draw, period 2¹⁹⁹³⁷ − 1.
 * Matsumoto & Nishimura, Mersenne Twister, ACM TOMACS 8(1), 1998; seeded as in their code of 2002.
 */
export class MersenneTwister {
  // Signed, so that the bit operations stay within V8's small integers; `next` undoes the sign.
  readonly #state = new Int32Array(N);
  #at = N;

  /** Only the low 32 bits of the seed count, as in PyTorch. */
  constructor(seed: number) {
    const s = this.#state;
    s[0] = seed;
    for (let j = 1; j < N; j++) s[j] = Math.imul(1812433253, s[j - 1] ^ (s[j - 1] >>> 30)) + j;
  }

  /** Goes on as another would. */
  become(other: MersenneTwister): void {
    this.#state.set(other.#state);
    this.#at = other.#at;
  }

  /** An integer from 0 to 2³² − 1. */
  next(): number {
    if (this.#at === N) this.#renew();
    let y = this.#state[this.#at++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  #renew(): void {
    const s = this.#state;
    for (let j = 0; j < N - M; j++) s[j] = s[j + M] ^ twist(s[j], s[j + 1]);
    for (let j = N - M; j < N - 1; j++) s[j] = s[j + M - N] ^ twist(s[j], s[j + 1]);
    s[N - 1] = s[M - 1] ^ twist(s[N - 1], s[0]);
    this.#at = 0;
  }
}

const twist = (u: number, v: number): number => (((u & UPPER) | (v & LOWER)) >>> 1) ^ (-(v & 1) & MATRIX_A);
