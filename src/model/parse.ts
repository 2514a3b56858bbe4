import type { Parsed } from "./parsed.ts";
import { FileReader } from "./reader.ts";
import type { Tables } from "./tables.ts";
import { standard } from "./tables.ts";

/** What a model file says, and all that is wrong with it. Never throws, whatever the text. */
export const parse = (text: string, tables: Tables = standard): Parsed => new FileReader(tables).read(text);
