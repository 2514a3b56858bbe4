import { t } from "../l10n/translate.ts";
import { listed, quoted } from "../protocol/visible.ts";
import { DataError } from "../engine/data/error.ts";
import { readAt, type Source } from "./source.ts";

/** One file of an archive, as the archive's directory describes it. */
export interface ZipEntry {
  readonly method: number;
  readonly encrypted: boolean;
  readonly crc: number;
  /** Bytes when unpacked. */
  readonly size: number;
  /** Where its packed bytes begin and end. */
  readonly start: number;
  readonly end: number;
}

// Records of a ZIP file (PKWARE, APPNOTE.TXT, 4.3): signature and fixed length in bytes.
const LOCAL = { signature: 0x04034b50, length: 30 };
const CENTRAL = { signature: 0x02014b50, length: 46 };
const END = { signature: 0x06054b50, length: 22 };
/** The comment after the end record. */
const LONGEST_COMMENT = 0xffff;
/** Bytes of the directory: room for its 65,535 entries with names of 200 characters. */
const LONGEST_DIRECTORY = 2 ** 24;
/** The array of that name in an `.npz` archive. Reads the directory at the archive's end and no content. */
export async function findMember(source: Source, file: string, name: string): Promise<ZipEntry> {
  const directory = await directoryOf(source, file);
  const entries = entriesOf(directory, file);
  const at = entries.get(`${name}.npy`) ?? entries.get(name);
  if (at === undefined) {
    const names = Array.from(entries.keys(), (key) => key.replace(/\.npy$/, ""));
    throw new DataError(t`there is no array ${quoted(name)}: the archive has ${listed(names) || t`none`}`, {
      file,
    });
  }
  return entryAt(source, directory, at, file);
}

interface Directory {
  readonly view: DataView;
  readonly count: number;
}

async function directoryOf(source: Source, file: string): Promise<Directory> {
  const tail = await readAt(
    source,
    Math.max(0, source.size - END.length - LONGEST_COMMENT),
    END.length + LONGEST_COMMENT,
  );
  const view = viewOf(tail);
  let end = view.byteLength - END.length;
  while (end >= 0 && !is(END, view, end)) end--;
  if (end < 0) {
    throw new DataError(t`not an .npz archive, or cut off: it has no ZIP directory at its end`, { file });
  }
  const [size, start] = [12, 16].map((field) => view.getUint32(end + field, true));
  if (size > LONGEST_DIRECTORY) {
    throw new DataError(t`its directory has ${size} bytes, expected at most ${LONGEST_DIRECTORY}`, { file });
  }
  const bytes = await readAt(source, start, size);
  return { view: viewOf(bytes), count: view.getUint16(end + 10, true) };
}

/** Where in the directory each file is described, by its name. */
function entriesOf({ view, count }: Directory, file: string): ReadonlyMap<string, number> {
  const decoder = new TextDecoder();
  const entries = new Map<string, number>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (!is(CENTRAL, view, at)) throw new DataError(t`the archive's directory is damaged`, { file });
    const [length, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const start = view.byteOffset + at + CENTRAL.length;
    const name = new Uint8Array(view.buffer, start, Math.min(length, view.byteLength - at - CENTRAL.length));
    entries.set(decoder.decode(name), at);
    at += CENTRAL.length + length + extra + comment;
  }
  return entries;
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

const is = (
  { signature, length }: { signature: number; length: number },
  view: DataView,
  at: number,
): boolean => at + length <= view.byteLength && view.getUint32(at, true) === signature;

/** Sizes and place come from the directory: in the local header they may be missing. */
async function entryAt(source: Source, { view }: Directory, at: number, file: string): Promise<ZipEntry> {
  const [crc, packedSize, size, place] = [16, 20, 24, 42].map((field) => view.getUint32(at + field, true));
  const local = viewOf(await readAt(source, place, LOCAL.length));
  if (!is(LOCAL, local, 0)) throw new DataError(t`the archive's directory points outside of it`, { file });
  const start = place + LOCAL.length + local.getUint16(26, true) + local.getUint16(28, true);
  const end = start + packedSize;
  if (end > source.size) throw new DataError(t`the archive is cut off`, { file });
  return {
    method: view.getUint16(at + 10, true),
    encrypted: (view.getUint16(at + 8, true) & 1) === 1,
    crc,
    size,
    start,
    end,
  };
}
