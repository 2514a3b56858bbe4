import { useLanguage, type Language } from "../src/l10n/translate.ts";

/*
 * The language of the page, which stands in it. The entry imports this file before all others, since tables of texts are made when
 * theirs is loaded.
 */
const text = document.getElementById("language")?.textContent;
if (text) useLanguage(JSON.parse(text) as Language);
