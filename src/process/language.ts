import { readFileSync } from "node:fs";
import { useLanguage } from "../l10n/translate.ts";

/*
 * The language of a thread: its first argument, if any, is the file of the bundle. An entry imports this file before all others,
 * since tables of texts are made when theirs is loaded.
 */
const [, , file] = process.argv;
const code = /\.l10n\.([\w-]+)\.json$/.exec(file ?? "")?.[1];
if (file !== undefined && code !== undefined) {
  const texts = JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<string, string>>;
  useLanguage({ code, texts, file });
}
