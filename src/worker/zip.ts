import { DataError } from "../engine/data/error.ts";

/** One file of an archive, as the archive's directory describes it. */
export interface ZipEntry {
  readonly method: number;
  readonly encrypted: boolean;
  readonly crc: number;
  /** Bytes when unpacked. */
  readonly size: number;
  readonly packed: Uint8Array;
}

// Records of a ZIP file (PKWARE, APPNOTE.TXT, 4.3): signature and fixed length in bytes.
const LOCAL = { signature: 0x04034b50, length: 30 };
const CENTRAL = { signature: 0x02014b50, length: 46 };
const END = { signature: 0x06054b50, length: 22 };
/** The comment after the end record. */
const LONGEST_COMMENT = 0xffff;

/** The files of a ZIP archive by name. Reads the directory at its end and copies no content. */
export function entriesOf(bytes: Uint8Array, file: string): ReadonlyMap<string, ZipEntry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = endOf(view, file);
  const entries = new Map<string, ZipEntry>();
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  for (let i = 0; i < count; i++) {
    if (!is(CENTRAL, view, at)) throw new DataError("the archive's directory is damaged", { file });
    const [nameLength, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const name = bytes.subarray(at + CENTRAL.length, at + CENTRAL.length + nameLength);
    entries.set(new TextDecoder().decode(name), entryAt(bytes, view, at, file));
    at += CENTRAL.length + nameLength + extra + comment;
  }
  return entries;
}

function endOf(view: DataView, file: string): number {
  const last = view.byteLength - END.length;
  for (let at = last; at >= Math.max(0, last - LONGEST_COMMENT); at--) {
    if (is(END, view, at)) return at;
  }
  throw new DataError("not an .npz archive, or cut off: it has no ZIP directory at its end", { file });
}

const is = (
  { signature, length }: { signature: number; length: number },
  view: DataView,
  at: number,
): boolean => at + length <= view.byteLength && view.getUint32(at, true) === signature;

/** Sizes and place come from the directory: in the local header they may be missing. */
function entryAt(bytes: Uint8Array, view: DataView, at: number, file: string): ZipEntry {
  const [crc, packedSize, size] = [16, 20, 24].map((field) => view.getUint32(at + field, true));
  const local = view.getUint32(at + 42, true);
  if (!is(LOCAL, view, local)) throw new DataError("the archive's directory points outside of it", { file });
  const start = local + LOCAL.length + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (start + packedSize > bytes.length) throw new DataError("the archive is cut off", { file });
  return {
    method: view.getUint16(at + 10, true),
    encrypted: (view.getUint16(at + 8, true) & 1) === 1,
    crc,
    size,
    packed: bytes.subarray(start, start + packedSize),
  };
}
