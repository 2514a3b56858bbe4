import "../process/language.ts"; // before all texts
import { createHash } from "node:crypto";
import { parentPort } from "node:worker_threads";
import { declaredModel } from "../engine/graph/declaredModel.ts";
import { staticFindings } from "../insight/findings/diagnose.ts";
import type { Finding } from "../insight/findings/found.ts";
import { fixesOf } from "../model/fixes/apply.ts";
import type { FoundAt } from "../protocol/found.ts";
import type { ModelSpec } from "../engine/spec.ts";
import type { ReaderCalls, SourceText } from "../model/digest.ts";
import { digest, outline } from "../model/makeDigest.ts";
import { expectedRun } from "../model/outline.ts";
import type { Parsed } from "../model/parsed.ts";
import { FileReader } from "../model/reader.ts";
import { standard } from "../model/tables.ts";
import { ruledBy } from "../protocol/declaredModel.ts";
import { Rpc } from "../protocol/rpc.ts";
import { exportModel } from "../pytorch/export.ts";
import { portOf } from "../process/port.ts";

/*
 * Entry of the thread that reads model files, so that the one of all extensions does not: thousands of layers take a while. It
 * keeps what it has read of each file, and reads anew what has changed.
 */
if (!parentPort) throw new Error("this is the entry of a worker thread");

interface Known {
  readonly reader: FileReader;
  readonly text: string;
  readonly parsed: Parsed;
}

const files = new Map<string, Known>();
const prints = new WeakMap<ModelSpec, string>();

function fingerprint(spec: ModelSpec): string {
  const known = prints.get(spec) ?? createHash("sha256").update(JSON.stringify(spec)).digest("base64");
  prints.set(spec, known);
  return known;
}

function parsed({ file, text }: SourceText): Parsed {
  const known = files.get(file);
  if (known?.text === text) return known.parsed;
  const reader = known?.reader ?? new FileReader(standard);
  const now = { reader, text, parsed: reader.read(text) };
  files.set(file, now);
  return now.parsed;
}

const specOf = (source: SourceText, model: string): ModelSpec | undefined =>
  parsed(source).models.find(({ name }) => name === model)?.spec;

new Rpc<ReaderCalls, Record<never, never>>(portOf(parentPort), {
  read: (source) => digest(source.text, parsed(source), fingerprint),

  program({ model, ...source }) {
    const spec = specOf(source, model);
    return spec && exportModel(spec);
  },

  expected({ model, ...source }) {
    const spec = specOf(source, model);
    return spec && expectedRun(spec, outline(spec));
  },

  found({ rules, ...source }) {
    const all = parsed(source).models.flatMap(({ name, spec }) =>
      spec
        ? [[name, staticFindings({ declared: ruledBy(declaredModel(spec), rules) }).map(plainly)] as const]
        : [],
    );
    return Object.fromEntries(all);
  },

  fixes: ({ text, model, wanted }) => fixesOf(text, model, wanted),

  forget: (file) => void files.delete(file),
});

/** What crosses to the host: marks are of rows of a frame, and there is none. */
const plainly = ({ id, severity, message, layer, related, figures, fixes }: Finding): FoundAt => ({
  id,
  severity,
  message,
  figures,
  fixes,
  ...(layer !== undefined && { layer }),
  ...(related && { related }),
});
