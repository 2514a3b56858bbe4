import { t } from "../l10n/translate.ts";

/** What a layer is called wherever people read it: its path, `layer 2` where that is nothing but numbers. */
export const layerName = (path: string): string => (/^\d+(\.\d+)*$/.test(path) ? t`layer ${path}` : path);
