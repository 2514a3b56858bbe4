import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { STATS, TOTALS, type Frame, type Stat, type Total } from "../../src/protocol/frame.ts";
import type { DataFacts, LayerInfo, RunEnd } from "../../src/protocol/run.ts";
import { frameOf } from "./frames.ts";
import type { Line } from "./stream.ts";

const cli = path.resolve(import.meta.dirname, "..", "..", "dist", "cli.js");

/** A run as the CLI streams it. */
export interface CliRun {
  readonly layers: readonly LayerInfo[];
  readonly data: DataFacts;
  readonly frames: readonly Frame[];
  readonly end: RunEnd;
}

/** Runs a model of a file with the CLI as it was built, and reads its whole stream of JSON Lines. */
export async function cliRun(file: string, model: string): Promise<CliRun> {
  const child = spawn(process.execPath, [cli, "run", file, "--model", model, "--format", "jsonl"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const frames: Frame[] = [];
  let layers: readonly LayerInfo[] = [];
  let data: DataFacts | undefined;
  let end: RunEnd | undefined;
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text) as Line;
    if (line["type"] === "run") {
      layers = layersOf(line);
      data = line["data"] as unknown as DataFacts;
    } else if (line["type"] === "step") frames.push(frameOfLine(line));
    else end = line as unknown as RunEnd;
  }
  await exited;
  assert.ok(end, `the stream of ${model} has no end`);
  assert.ok(data, `the stream of ${model} says nothing of its data`);
  return { layers, data, frames, end };
}

const rowsOf = (line: Line): readonly Line[] => line["layers"] as unknown as readonly Line[];

const layersOf = (line: Line): readonly LayerInfo[] =>
  rowsOf(line).map((row) => ({ ...(row as unknown as LayerInfo), stats: STATS }));

/** The frame of a line, but for its histograms and figures through time. */
export function frameOfLine(line: Line): Frame {
  const numbers = <K extends string>(from: Line, names: readonly K[]): Partial<Record<K, number>> =>
    Object.fromEntries(
      names.filter((name) => name in from).map((name) => [name, Number(from[name])]),
    ) as Partial<Record<K, number>>;
  const rows = rowsOf(line).map((row) => numbers<Stat>(row, STATS));
  return frameOf(rows, numbers<Total>(line, TOTALS), Number(line["step"]));
}
