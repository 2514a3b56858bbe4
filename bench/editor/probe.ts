import { writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import * as vscode from "vscode";
import type { Api } from "../../src/host/api.ts";
import type { ProbeFigures, ProbeTimes } from "../editor.ts";
import { replace, open } from "./document.ts";

const LAYERS = 50;
const EDITS = 20;
/** After the first edits all code is compiled. */
const UNCOUNTED = 3;
/** Somebody types so fast. */
const KEY_MS = 100;
/** In which all that an edit leads to comes to its end, and the next one comes alone. */
const PAUSE_MS = 1500;
const SETTLED_MS = 4000;
const PATIENCE_MS = 20_000;
/** How often it is looked whether it is there. */
const LOOK_MS = 5;

/** With the first initialisation the gradient vanishes, with the second one it does not. */
const [VANISHES, TRAINS] = ["default", "kaiming_uniform"] as const;

/** What VS Code calls in its extension host. */
export async function run(): Promise<void> {
  const api = (await vscode.extensions.getExtension("gradlens.gradlens")?.activate()) as Api;
  const document = await open("deep.gradlens.json", deep());
  await delay(SETTLED_MS);
  const seen: Readonly<Record<keyof ProbeTimes, (uri: vscode.Uri) => Promise<unknown>>> = {
    findings: (uri) => looked(() => isTold(uri)),
    gutter: () => looked(() => api.marks(document).some(({ share }) => share !== "even")),
    lenses: (uri) => looked(async () => (await titles(uri)).some((title) => title.includes("(probe)"))),
  };
  const timesOf = async (edit: Edit): Promise<ProbeTimes> => ({
    findings: await times(document, edit, seen.findings),
    gutter: await times(document, edit, seen.gutter),
    lenses: await times(document, edit, seen.lenses),
  });
  const figures: ProbeFigures = { layers: LAYERS, alone: await timesOf(pasted), typed: await timesOf(typed) };
  writeFileSync(process.env.GRADLENS_FIGURES ?? "", JSON.stringify(figures));
}

function deep(): string {
  const hidden = Array.from({ length: LAYERS - 1 }, () => [
    { type: "Linear", out_features: 64 },
    { type: "ReLU" },
  ]);
  const layers = [...hidden.flat(), { type: "Linear", name: "head", out_features: 1 }];
  return `{
  "models": {
    "deep": {
      "input": [2],
      "init": "${TRAINS}",
      "layers": [
${layers.map((layer) => `        ${JSON.stringify(layer)}`).join(",\n")}
      ],
      "loss": "BCEWithLogitsLoss",
      "optimizer": { "type": "SGD", "lr": 0.05 },
      "data": { "type": "xor", "samples": 256 },
      "train": { "steps": 200, "batch_size": 32, "seed": 0 }
    }
  }
}
`;
}

/** Makes of the first initialisation the second one; settles once the last edit is asked for. */
type Edit = (document: vscode.TextDocument, from: string, to: string) => Promise<void>;

const pasted: Edit = (document, from, to) => replace(document, `"${from}"`, `"${to}"`);

const typed: Edit = async (document, from, to) => {
  await replace(document, `"${from}"`, `"${to.slice(0, 1)}"`);
  for (let i = 1; i < to.length - 1; i++) {
    await delay(KEY_MS);
    await replace(document, `"${to.slice(0, i)}"`, `"${to.slice(0, i + 1)}"`);
  }
  await delay(KEY_MS);
  startedMs = performance.now();
  await replace(document, `"${to.slice(0, -1)}"`, `"${to}"`);
};

/** When the last edit was made. */
let startedMs = 0;

/** How long after an edit that makes the gradient vanish it is seen, edit for edit. */
async function times(
  document: vscode.TextDocument,
  edit: Edit,
  seen: (uri: vscode.Uri) => Promise<unknown>,
): Promise<readonly number[]> {
  const all: number[] = [];
  for (let i = 0; i < UNCOUNTED + EDITS; i++) {
    await delay(PAUSE_MS);
    startedMs = performance.now();
    await edit(document, TRAINS, VANISHES);
    await seen(document.uri); // only now: until the edit is made, what was seen before it stands there
    if (i >= UNCOUNTED) all.push(performance.now() - startedMs);
    await delay(PAUSE_MS);
    await pasted(document, VANISHES, TRAINS);
  }
  return all;
}

const isTold = (uri: vscode.Uri): boolean =>
  vscode.languages
    .getDiagnostics(uri)
    .some(({ code }) => typeof code === "object" && code.value === "vanishing-depth");

async function looked(look: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline;) {
    await delay(LOOK_MS);
    if (await look()) return;
  }
  throw new Error("waited for what a probe shows");
}

async function titles(uri: vscode.Uri): Promise<readonly string[]> {
  const lenses = await vscode.commands.executeCommand<readonly vscode.CodeLens[]>(
    "vscode.executeCodeLensProvider",
    uri,
  );
  return lenses.flatMap(({ command }) => command?.title ?? []);
}
