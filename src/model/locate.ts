import { findNodeAtLocation, parseTree } from "jsonc-parser";
import type { Range } from "./json.ts";
import type { ParsedModel } from "./parsed.ts";

/**
 * Where a field of a model's own object stands in the text: its value; the model's name where it has the field from
 * another model. For files that `parse` has found good.
 */
export function fieldRange(text: string, model: ParsedModel, field: string): Range {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const node = root && findNodeAtLocation(root, ["models", model.name, field]);
  return node ? { offset: node.offset, length: node.length } : model.key;
}
