import { t } from "../../l10n/translate.ts";
import type { Param } from "../params.ts";

/** Signs of ASCII that are no part of a number or a name, and do not quote. */
const DELIMITER = /^[\t !#$%&'()*,./:;<=>?@[\\\]^`{|}~]$/;

const EXPECTED = t`one sign such as ",", ";", "\\t" or "|"`;

/** What stands between two values of a row. */
export const delimiter = (doc: string): Param<string> => ({
  doc,
  schema: { type: "string", minLength: 1, maxLength: 1 },
  required: true,
  read: (json) =>
    typeof json === "string" && DELIMITER.test(json) ? { value: json } : { expected: EXPECTED },
});

/** Where none is given, those to look for in the first line, the likeliest first: not what numbers are written with. */
export const likelyDelimiters = (decimal: string, thousands: string | undefined): readonly string[] =>
  [",", ";", "\t"].filter((sign) => sign !== decimal && sign !== thousands);
