import type { Memory, Random } from "./memory.ts";

/**
 * What a parameter is. A size is any integer that counts; a place is an element of `Memory.floats`, or of `Memory.doubles`; −1 is
 * the place of a tensor that is not there. Numbers are doubles, everything else an integer of 32 bits.
 */
export type ParamKind = "size" | "index" | "flag" | "number" | "place" | "doublesPlace";

export const size = "size";
/** Of an entry in a table: which activation, which id. */
export const index = "index";
/** 0 or 1. */
export const flag = "flag";
export const number = "number";
export const place = "place";
export const doublesPlace = "doublesPlace";

/** A kernel's parameters by name, in the order in which a call gives them. */
export type KernelParams = Readonly<Record<string, ParamKind>>;

/**
 * What every part of a call has in common, however it is divided: a struct in memory, whose address is the call's first argument.
 * `assembly/descriptors.ts` has a class of this name with these fields.
 */
export interface Descriptor<D = KernelParams> {
  readonly name: string;
  readonly fields: D;
}

export const descriptor = <const D extends KernelParams>(name: string, fields: D): Descriptor<D> => ({
  name,
  fields,
});

/** No descriptor. */
type Nothing = Readonly<Record<never, ParamKind>>;

/** A call's arguments by name, a descriptor's fields among them. */
export type Args<P> = { readonly [Name in keyof P]: number };

/** The names of those parameters that are of a kind. */
type Named<P, K extends ParamKind> = { [Name in keyof P]: P[Name] extends K ? Name : never }[keyof P];

type PlaceOf<P> = Named<P, "place" | "doublesPlace">;

/** Elements from a place on; or a number of them, that many elements behind it. */
export type Extent = number | readonly [from: number, size: number];

/** What a call reads and writes, by the names of its places. What is written may be read too. */
export interface Accesses<P> {
  readonly reads?: { readonly [Name in PlaceOf<P>]?: Extent };
  readonly writes?: { readonly [Name in PlaceOf<P>]?: Extent };
}

/** How a call is divided among threads: into units whose results do not depend on how. */
export type Split<P, D> =
  /** The units are counted by one of the parameters; of each, so many elements lie at the places that move with it. */
  | {
      readonly along: Named<P, "size">;
      moves(args: Args<P & D>): { readonly [Name in PlaceOf<P>]?: number };
    }
  | {
      units(args: Args<P & D>): number;
      /** The arguments that are others where only the units from `from` up to, not including, `to` are done. */
      part(args: Args<P & D>, from: number, to: number): Partial<Args<P>>;
    };

/** A kernel as a function of its arguments: its descriptor, where it has one, then numbers in the order of its parameters. */
export type Loop<D = Nothing> = [keyof D] extends [never]
  ? (...args: number[]) => void
  : (descriptor: Args<D>, ...args: number[]) => void;

/** One of the loops that dominate a training step, with all that is said of it anywhere. */
export interface Kernel<P, D, L> {
  readonly descriptor?: Descriptor<D>;
  readonly params: P;
  /** The reference over a memory: plain loops in double precision, rounded where they store. `random` gives dropout's numbers. */
  readonly scalar: (memory: Memory, random: Random) => L;
  /** Absent: nothing may run beside it. */
  access?(args: Args<P & D>): Accesses<P & D>;
  /** It draws random numbers: all such calls are made by one thread, in their order. */
  readonly draws?: true;
  /** Absent: a call is made whole. */
  readonly split?: NoInfer<Split<P, D>>;
  /** Nanoseconds of computing; absent, and no `statistics`: a cheap pass, over as many elements as the first parameter says. */
  cost?(args: Args<P & D>): number;
  /** Nanoseconds of taking statistics; a kernel without `cost` does nothing else. */
  statistics?(args: Args<P & D>): number;
  /**
   * Every layer's tensor whose sums it takes (n, x, out), for a statistic that is computed from them; those of several slices
   * are added up.
   */
  readonly of?: "output" | "gradient";
}

export const kernel = <
  const P extends KernelParams,
  const D extends KernelParams = Nothing,
  L extends Loop<D> = Loop<D>,
>(
  value: Kernel<P, D, L>,
): Kernel<P, D, L> => value;

/** A kernel of whichever parameters: what the compiler and the scheduler, which know none by name, see of it. */
export interface AnyKernel {
  readonly descriptor?: Descriptor;
  readonly params: KernelParams;
  readonly draws?: true;
  access?(args: AnyArgs): { readonly reads?: Extents; readonly writes?: Extents };
  readonly split?:
    | { readonly along: string; moves(args: AnyArgs): AnyArgs }
    | { units(args: AnyArgs): number; part(args: AnyArgs, from: number, to: number): AnyArgs };
  cost?(args: AnyArgs): number;
  statistics?(args: AnyArgs): number;
  readonly of?: "output" | "gradient";
}

export type AnyArgs = Readonly<Record<string, number>>;
export type Extents = Readonly<Record<string, Extent>>;

/** A kernel whose parameters nobody looks at. */
export type AnyLoop = (...args: never[]) => void;

/** The loops of a table of kernels. */
export type LoopsOf<T extends Readonly<Record<string, { readonly scalar: (...args: never[]) => AnyLoop }>>> =
  {
    readonly [Name in keyof T]: ReturnType<T[Name]["scalar"]>;
  };

/** Elements from the first of `rows` rows of n to the last, rows being `ld` apart. */
export const extent = (rows: number, n: number, ld: number): number => (rows - 1) * ld + n;

/** Columns, or channels, that kernels add up together. */
export const STRIP = 16;
