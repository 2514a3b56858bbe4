import {
  PLACE,
  readLayerText,
  type FileDigest,
  type LayerShapes,
  type LayerUse,
  type ModelDigest,
  type Position,
  type SpecDigest,
} from "./digest.ts";

/** A change of the text, as an editor tells of it: `start` to `end` was replaced by `text`. */
export interface TextChange {
  readonly start: Position;
  readonly end: Position;
  readonly text: string;
}

/** A layer's object as it was last read, at the place where it stands now. */
export class HeldLayer {
  start: Position;
  end: Position;
  readonly #text: string;
  readonly #names: readonly string[];
  #read: ReturnType<typeof readLayerText> | undefined;

  constructor(start: Position, end: Position, text: string, names: readonly string[]) {
    this.start = start;
    this.end = end;
    this.#text = text;
    this.#names = names;
  }

  /** Some model has it that can run: it has shapes. */
  get isKnown(): boolean {
    return !this.#text.startsWith("\t");
  }

  /** Absent where no model has it that can run. */
  get shapes(): LayerShapes | undefined {
    return this.#unpacked().shapes;
  }

  /** Its rows in every model that it is part of. */
  get uses(): readonly LayerUse[] {
    return this.#unpacked().uses;
  }

  #unpacked(): ReturnType<typeof readLayerText> {
    return (this.#read ??= readLayerText(this.#text, this.#names));
  }
}

/** A model as it was last read without a mistake, at the place where it stands now. */
export interface HeldModel {
  readonly name: string;
  readonly base: string | undefined;
  /** Absent where it has not been right since the file was opened. */
  readonly spec: SpecDigest | undefined;
  /** Of its name; absent where that was deleted. */
  readonly start: Position | undefined;
  readonly end: Position;
  /** The layers that are written in its own text. */
  readonly layers: readonly HeldLayer[];
  /** Its text was changed since. */
  readonly touched: boolean;
  /** Its text is known to say something else by now, or nothing that can be read. */
  readonly stale: boolean;
}

/**
 * What the editor goes on to show of a file while somebody types in it: every model as it was when it was last right. What is
 * broken takes nothing away, and only in its own model figures are marked; what is deleted is gone.
 */
export class Held {
  #models: readonly HeldModel[];
  #byPath: ReadonlyMap<string, ReadonlyMap<string, HeldLayer>> | undefined;

  constructor(digest: FileDigest) {
    this.#models = modelsOf(digest);
  }

  /** In the order of the text. */
  get models(): readonly HeldModel[] {
    return this.#models;
  }

  model(name: string): HeldModel | undefined {
    return this.#models.find((model) => model.name === name);
  }

  /** The innermost layer's object at a place of the text. */
  layerAt({ line, column }: Position): HeldLayer | undefined {
    const place = { line, column };
    for (const { layers } of this.#models) {
      const found = layers.findLast(({ start, end }) => !isBefore(place, start) && isBefore(place, end));
      if (found) return found;
    }
    return undefined;
  }

  /**
   * Where the row at `path` of a model is declared. A row that has no object of its own (a projection) is declared where the
   * innermost block around it is.
   */
  find(model: string, path: string): HeldLayer | undefined {
    this.#byPath ??= byPath(this.#models);
    const paths = this.#byPath.get(model);
    for (let at = path; at !== ""; at = at.slice(0, Math.max(0, at.lastIndexOf(".")))) {
      const found = paths?.get(at);
      if (found) return found;
    }
    return undefined;
  }

  /** The text was changed. */
  change(change: TextChange): void {
    const move = mover(change);
    this.#byPath = undefined;
    this.#models = this.#models.map((model) => {
      const layers: HeldLayer[] = [];
      for (const layer of model.layers) if (move(layer)) layers.push(layer);
      const range = { start: model.start ?? model.end, end: model.end };
      const touched =
        model.touched || (isBefore(change.start, range.end) && isBefore(range.start, change.end));
      const isThere = move(range) && model.start !== undefined;
      return { ...model, start: isThere ? range.start : undefined, end: range.end, layers, touched };
    });
  }

  /** The text was read as it is now. */
  take(digest: FileDigest): void {
    this.#byPath = undefined;
    const before = new Map(this.#models.map((model) => [model.name, model]));
    const read = modelsOf(digest);
    this.#models = digest.complete
      ? read.map((model) => (model.spec ? model : asItWas(before.get(model.name), model)))
      : markTouched(this.#models);
  }
}

/** A model that is wrong by now, as it was when it was right; as it is where it never was. */
const asItWas = (before: HeldModel | undefined, now: HeldModel): HeldModel =>
  before?.spec ? { ...before, base: now.base, start: now.start, end: now.end, stale: true } : now;

/** Where the text is not JSON nobody can tell what belongs to whom: what was not touched is taken to be what it was. */
function markTouched(models: readonly HeldModel[]): readonly HeldModel[] {
  const stale = new Set(models.filter((model) => model.stale || model.touched).map(({ name }) => name));
  for (let size = -1; size !== stale.size;) {
    size = stale.size;
    for (const { name, base } of models) if (base !== undefined && stale.has(base)) stale.add(name);
  }
  return models.map((model) => ({ ...model, stale: stale.has(model.name) }));
}

function modelsOf({ models, places, layers }: FileDigest): readonly HeldModel[] {
  const names = models.map(({ name }) => name);
  const owned = models.map((): HeldLayer[] => []);
  const lines = layers.split("\n");
  for (let i = 0, at = 0; at < places.length; i++, at += PLACE) {
    const [line, column, endLine, endColumn, owner] = places.subarray(at, at + PLACE);
    const layer = new HeldLayer({ line, column }, { line: endLine, column: endColumn }, lines[i], names);
    if (owner >= 0) owned[owner].push(layer);
  }
  return models.map(({ name, base, spec, start, end }: ModelDigest, i) => ({
    name,
    base,
    spec,
    start,
    end,
    layers: owned[i],
    touched: false,
    stale: !spec,
  }));
}

function byPath(models: readonly HeldModel[]): ReadonlyMap<string, ReadonlyMap<string, HeldLayer>> {
  const all = new Map<string, Map<string, HeldLayer>>();
  for (const layer of models.flatMap(({ layers }) => layers)) {
    for (const { model, paths } of layer.uses) {
      const own = all.get(model) ?? new Map<string, HeldLayer>();
      for (const path of paths) own.set(path, layer);
      all.set(model, own);
    }
  }
  return all;
}

const isBefore = (a: Position, b: Position): boolean =>
  a.line < b.line || (a.line === b.line && a.column < b.column);

export interface Ranged {
  start: Position;
  end: Position;
}

/**
 * Moves a range as the change moves its text; false where its beginning was deleted with the line that it stood on. Typed over
 * within a line, it stays in this line.
 */
export function mover({ start, end, text }: TextChange): (range: Ranged) => boolean {
  const lines = text.split("\n");
  const lastLength = lines.at(-1)?.length ?? 0;
  const added = lines.length - 1;
  const move = (place: Position): Position => {
    if (isBefore(place, start)) return place;
    if (isBefore(place, end)) return start;
    return {
      line: place.line + added - (end.line - start.line),
      column: place.line > end.line ? place.column : columnBehind(place.column),
    };
  };
  const columnBehind = (column: number): number =>
    column - end.column + lastLength + (added === 0 ? start.column : 0);
  return (range) => {
    const isDeleted = start.line < end.line && !isBefore(range.start, start) && isBefore(range.start, end);
    range.start = move(range.start);
    range.end = move(range.end);
    return !isDeleted;
  };
}
