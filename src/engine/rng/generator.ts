import { boxMuller16 } from "./boxMuller.ts";
import { fma } from "./fma.ts";
import { MersenneTwister } from "./mersenneTwister.ts";

export type Numbers = Float32Array | Float64Array | Int32Array | Uint32Array;

/** From this many values on, `normal` works on blocks of 16 in single precision. */
const BLOCK = 16;

/** PyTorch avoids the skew of `% range` by 64-bit draws from this range on. */
const WIDE_RANGE = 2 ** 28;

/**
 * PyTorch's CPU generator: after `new Generator(seed)` a sequence of calls gives what the same sequence gives
 * after `torch.manual_seed(seed)` for float32 tensors on x86 with AVX2 (`at::CPUGeneratorImpl`).
 */
export class Generator {
  readonly #twister: MersenneTwister;
  /** Box–Muller makes two numbers at a time; NaN when the second has been used. */
  #nextNormal = NaN;

  constructor(seed: number) {
    this.#twister = new MersenneTwister(seed);
  }

  /** One that goes on as this one would: what it draws does not change what this one will. */
  copy(): Generator {
    const copy = new Generator(0);
    copy.become(this);
    return copy;
  }

  /** Goes on as another would. Allocates nothing. */
  become(other: Generator): void {
    this.#twister.become(other.#twister);
    this.#nextNormal = other.#nextNormal;
  }

  /** 32 random bits, as an integer from 0 to 2³² − 1. */
  bits32(): number {
    return this.#twister.next();
  }

  /** 64 random bits; the first draw is the upper half. */
  bits64(): bigint {
    const upper = this.bits32();
    return (BigInt(upper) << 32n) | BigInt(this.bits32());
  }

  /** A double from [0, 1): 53 of 64 random bits. */
  double(): number {
    const upper = this.bits32() & 0x1fffff;
    return (upper * 2 ** 32 + this.bits32()) * 2 ** -53;
  }

  /** `out.uniform_(from, to)`. */
  uniform(out: Float32Array, from: number, to: number): void {
    const low = Math.fround(from);
    const width = Math.fround(Math.fround(to) - low);
    for (let i = 0; i < out.length; i++) out[i] = fma(this.#single(), width, low);
  }

  /** `out.normal_(mean, std)`. */
  normal(out: Float32Array, mean: number, std: number): void {
    if (out.length < BLOCK) {
      for (let i = 0; i < out.length; i++) out[i] = this.#normal() * std + mean;
      return;
    }
    const last = out.length - BLOCK;
    const [singleMean, singleStd] = [Math.fround(mean), Math.fround(std)];
    for (let i = 0; i < out.length; i++) out[i] = this.#single();
    for (let at = 0; at <= last; at += BLOCK) boxMuller16(out, at, singleMean, singleStd);
    if (out.length % BLOCK === 0) return;
    // The last block overlaps the one before and is drawn anew.
    for (let i = last; i < out.length; i++) out[i] = this.#single();
    boxMuller16(out, last, singleMean, singleStd);
  }

  /** `out.bernoulli_(p)`: 1 with probability p, else 0. (PyTorch on Intel processors takes MKL's generator instead.) */
  bernoulli(p: number, out: Float32Array): void {
    for (let i = 0; i < out.length; i++) out[i] = this.double() < p ? 1 : 0;
  }

  /** `torch.randint(from, to)`: integers from `from` up to, but without, `to`. */
  randint(from: number, to: number, out: Numbers): void {
    const range = to - from;
    if (range < WIDE_RANGE) {
      for (let i = 0; i < out.length; i++) out[i] = from + (this.bits32() % range);
      return;
    }
    for (let i = 0; i < out.length; i++) out[i] = from + Number(this.bits64() % BigInt(range));
  }

  /** `torch.randperm(n)`: 0 … n − 1 in random order (Fisher–Yates), for n below 2³²/20, where PyTorch changes to 64-bit draws. Written to `order`. */
  randperm(n: number, order = new Uint32Array(n)): Uint32Array {
    for (let i = 0; i < n; i++) order[i] = i;
    for (let i = 0; i < n - 1; i++) {
      const j = i + (this.bits32() % (n - i));
      const drawn = order[j];
      order[j] = order[i];
      order[i] = drawn;
    }
    return order;
  }

  /** A single from [0, 1): 24 of 32 random bits. */
  #single(): number {
    return (this.bits32() & 0xffffff) * 2 ** -24;
  }

  /** In double precision, whatever the precision of the tensor. */
  #normal(): number {
    const cached = this.#nextNormal;
    this.#nextNormal = NaN;
    if (!Number.isNaN(cached)) return cached;
    const angle = 2 * Math.PI * this.double();
    const radius = Math.sqrt(-2 * Math.log1p(-this.double()));
    this.#nextNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
}
