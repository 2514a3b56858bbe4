import { promisify } from "node:util";
import { crc32, gunzip, inflateRaw } from "node:zlib";
import { listed, quoted } from "../protocol/visible.ts";
import { DataError } from "../engine/data/error.ts";
import { entriesOf, type ZipEntry } from "./zip.ts";

const inflate = { gzip: promisify(gunzip), raw: promisify(inflateRaw) };

/** The content of a gzip file; the bytes themselves where they are not one. Never unpacks more than `most` bytes. */
export async function unpackGzip(bytes: Uint8Array, file: string, most: number): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  return unpack("gzip", bytes, file, most);
}

/** The array of that name in an `.npz` archive, as an `.npy` file. Never unpacks more than `most` bytes. */
export async function unpackMember(
  bytes: Uint8Array,
  file: string,
  name: string,
  most: number,
): Promise<Uint8Array> {
  const entries = entriesOf(bytes, file);
  const entry = entries.get(`${name}.npy`) ?? entries.get(name);
  if (!entry) {
    const names = Array.from(entries.keys(), (key) => key.replace(/\.npy$/, ""));
    throw new DataError(`there is no array ${quoted(name)}: the archive has ${listed(names) || "none"}`, {
      file,
    });
  }
  const place = `${file}:${name}`;
  const content = await extract(entry, place, most);
  if (content.length !== entry.size || crc32(content) !== entry.crc) {
    throw new DataError("the archive is damaged: the array is not what its entry says", { file: place });
  }
  return content;
}

/** Ways to store an entry (APPNOTE.TXT, 4.4.5). */
const STORED = 0;
const DEFLATED = 8;

async function extract(
  { method, packed, encrypted }: ZipEntry,
  file: string,
  most: number,
): Promise<Uint8Array> {
  if (encrypted) throw new DataError("the archive is encrypted", { file });
  if (method === STORED) return packed;
  if (method === DEFLATED) return unpack("raw", packed, file, most);
  throw new DataError(`the archive is packed by method ${method}: expected 0 (stored) or 8 (deflate)`, {
    file,
  });
}

async function unpack(
  format: keyof typeof inflate,
  bytes: Uint8Array,
  file: string,
  most: number,
): Promise<Uint8Array> {
  try {
    return await inflate[format](bytes, { maxOutputLength: most });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    throw new DataError(
      code === "ERR_BUFFER_TOO_LARGE"
        ? `more than ${most} bytes when unpacked: no more are read`
        : "the packed data are damaged or cut off",
      { file },
    );
  }
}
