import { t } from "../../../l10n/translate.ts";
import { quoted } from "../../../protocol/visible.ts";
import { DataError } from "../error.ts";
import { dtypeOf } from "./dtype.ts";
import type { ArrayFormat } from "./ndarray.ts";
import { LONGEST_NPY_HEADER, npyHeader } from "./npyHeader.ts";

/** The array in an `.npy` file. */
export const npyFormat: ArrayFormat = {
  longest: LONGEST_NPY_HEADER,

  header(bytes, name) {
    const { descr, fortran, shape, offset } = npyHeader(bytes, name);
    const type = dtypeOf(descr);
    if (!type) throw new DataError(unreadable(descr), { file: name });
    return { shape, type, fortran, offset };
  },
};

/** Why elements of this type are not read. */
function unreadable(descr: string): string {
  const kind = /[a-zA-Z]/.exec(descr)?.[0] ?? "";
  const wanted = t`expected integers, truth values or floats of up to 64 bits`;
  const names: Readonly<Record<string, string>> = {
    O: t`Python objects`,
    c: t`complex numbers`,
    f: t`floats of an unusual size`,
    m: t`time spans`,
    M: "dates",
    V: t`raw bytes`,
    U: t`long texts`,
    S: t`long texts`,
  };
  const what = Object.hasOwn(names, kind)
    ? `${names[kind]} (${quoted(descr)})`
    : t`the type ${quoted(descr)}`;
  return t`the array holds ${what}: ${wanted}`;
}
