import type { DataSpec } from "../spec.ts";
import type { DataType } from "./data.ts";
import { dataSets } from "./index.ts";

/** The row of the table, if there is one of that name. */
export const dataTypeOf = (type: string): DataType | undefined =>
  Object.hasOwn(dataSets, type) ? (dataSets as Readonly<Record<string, DataType>>)[type] : undefined;

/** The files that a data set is read from, relative to the model file, each once; none where it is drawn. */
export function dataFilesOf({ type, params }: DataSpec): readonly string[] {
  const set = dataTypeOf(type);
  return set?.kind === "file" ? [...new Set(set.files(params))] : [];
}
