import type { FoundAt } from "../protocol/found.ts";
import type { NamedFix, Wanted } from "./fixes/apply.ts";
import type { Problem } from "../protocol/problem.ts";
import type { RuleSettings } from "../protocol/rules.ts";
import type { RunInfo } from "../protocol/run.ts";
import type { Range } from "./json.ts";

/** A place of the text as an editor counts: lines and columns from 0. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A model that can run, as far as an editor needs to know it. */
export interface SpecDigest {
  /** Equal for models that train alike: comments and layout do not count. */
  readonly fingerprint: string;
  readonly rows: number;
  /** Number of trainable values. */
  readonly parameters: number;
  /** The files that a run reads, relative to the model file. */
  readonly files: readonly string[];
}

export interface ModelDigest {
  readonly name: string;
  /** The model of this file that it extends. */
  readonly base?: string;
  /** Its name in the text, with the quotes. */
  readonly key: Range;
  /** Its object in the text. */
  readonly body: Range;
  readonly start: Position;
  readonly end: Position;
  /** Absent where it cannot run. */
  readonly spec?: SpecDigest;
}

/**
 * What an editor shows of a file. It crosses from the thread that reads to the one that all extensions share: what is there for
 * each of thousands of layers is packed, and only unpacked for those in sight.
 */
export interface FileDigest {
  readonly models: readonly ModelDigest[];
  readonly problems: readonly Problem[];
  /** The text is JSON from end to end. */
  readonly complete: boolean;
  /** `PLACE` numbers for each layer's object, in the order of the text. */
  readonly places: Int32Array;
  /** A line for each of them: see `layerText`. */
  readonly layers: string;
}

/** Line and column of its beginning and of its end, and the index of the model in whose text it stands, or −1. */
export const PLACE = 5;

/** The text of a file, which may be called anything. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
}

/** The thread that reads model files, by its calls. */
export interface ReaderCalls {
  read(source: SourceText): FileDigest;
  /** A model of the text as a PyTorch program; absent where it cannot run. */
  program(source: SourceText & { readonly model: string }): string | undefined;
  /** What the text says of a run of the model; absent where it cannot run. */
  expected(source: SourceText & { readonly model: string }): RunInfo | undefined;
  /** What is wrong with each model by what it says alone, by its name; models that cannot run have nothing. */
  found(source: SourceText & { readonly rules: RuleSettings }): Readonly<Record<string, readonly FoundAt[]>>;
  /** Those of the fixes that change something and leave a model that can run. */
  fixes(source: SourceText & { readonly model: string; readonly wanted: Wanted }): readonly NamedFix[];
  /** Nobody asks for this file any more. */
  forget(file: string): void;
}

/** Shapes of a layer's samples, first row's input to last row's output. */
export interface LayerShapes {
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly parameters: number;
  readonly rows: number;
}

export interface LayerUse {
  readonly model: string;
  readonly paths: readonly string[];
}

/** What `layerText` of `makeDigest.ts` has written; `names` are those of the models. */
export function readLayerText(
  text: string,
  names: readonly string[],
): { readonly shapes: LayerShapes | undefined; readonly uses: readonly LayerUse[] } {
  const [shapes, ...uses] = text.split("\t");
  return {
    shapes: shapes === "" ? undefined : readShapes(shapes.split("|")),
    uses: uses.map((use) => {
      const colon = use.indexOf(":");
      return { model: names[Number(use.slice(0, colon))], paths: use.slice(colon + 1).split(" ") };
    }),
  };
}

function readShapes([input, output, parameters, rows]: readonly string[]): LayerShapes {
  const numbers = (list: string): readonly number[] => (list === "" ? [] : list.split(",").map(Number));
  return {
    input: numbers(input),
    output: numbers(output),
    parameters: Number(parameters),
    rows: Number(rows),
  };
}
