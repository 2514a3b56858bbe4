import { languageInUse } from "../l10n/translate.ts";

/** The arguments with which a thread speaks the language of this one (`language.ts`). */
export function languageArguments(): string[] {
  const { file } = languageInUse();
  return file === undefined ? [] : [file];
}
