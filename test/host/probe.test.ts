import assert from "node:assert/strict";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import * as vscode from "vscode";
import { Models } from "../../src/host/models.ts";
import { Probes } from "../../src/host/probes.ts";
import { ReaderThread } from "../../src/host/readerThread.ts";
import { Runs } from "../../src/host/runs.ts";
import { Trainer } from "../../src/host/trainer.ts";
import { ClosedError } from "../../src/protocol/rpc.ts";
import { api, at, edit, ended, modelText, problems, show, start, stop, titles, until } from "./support.ts";

const probing = (on: boolean | undefined): Thenable<void> =>
  vscode.workspace.getConfiguration("gradlens").update("probe", on, vscode.ConfigurationTarget.Global);

const PROBED = /^(\$\(\w+\)\s)?([a-z-]+ · )?\(probe\) ‖∂L\/∂θ‖ \S+ · gain \S+/;

const probed = (uri: vscode.Uri): Promise<string> =>
  until("the figures of a probe", async () => (await titles(uri)).find((title) => PROBED.test(title)));

/** Waits until the text has been read, so that the next edit is one. */
async function opened(name: string, text = modelText()): Promise<vscode.TextDocument> {
  const document = await show(name, text);
  await until("the shapes", async () => (await titles(document.uri)).includes("[2] → [8] · 24 parameters"));
  return document;
}

suite("a probe", () => {
  suiteSetup(async () => {
    await api();
    await probing(true);
  });
  teardown(stop);
  suiteTeardown(() => probing(undefined));

  test("shows the figures of the first steps after an edit, without a run", async () => {
    const runs = (await api()).runs().length;
    const document = await opened("probe.gradlens.json");
    await delay(500);
    assert.ok(!(await titles(document.uri)).some((title) => title.includes("(probe)")), "nothing was edited");
    await edit(document, '"Tanh"', '"ReLU"');
    await probed(document.uri);
    assert.ok((await titles(document.uri)).some((title) => /^\(probe\) dead /.test(title)));
    assert.equal((await api()).runs().length, runs);
    await until("marks in the gutter", async () => (await api()).marks(document).length === 3);
  });

  test("follows the text: what is shown is of the model as it is", async () => {
    const document = await opened("typing.gradlens.json");
    for (const activation of ["ReLU", "Sigmoid", "GELU", "Softsign", "Tanh", "ReLU"]) {
      const now = /"type": "(ReLU|Sigmoid|GELU|Softsign|Tanh)"/.exec(document.getText())?.[1] ?? "";
      await edit(document, `"${now}"`, `"${activation}"`);
      await delay(180);
    }
    await until("the figures of a ReLU", async () =>
      (await titles(document.uri)).some((title) => /^\(probe\) dead /.test(title)),
    );
    // Broken, and then another model: the figures of the one before are not shown as its own.
    await edit(document, '"ReLU"', '"ReLU');
    await until("no figures that pass for those of the text", async () =>
      (await titles(document.uri)).every((title) => !title.startsWith("(probe)")),
    );
    await edit(document, '"ReLU', '"Sigmoid"');
    await until("the figures of a Sigmoid", async () =>
      (await titles(document.uri)).some((title) => /^\(probe\) saturated /.test(title)),
    );
  });

  test("gives way to a run, whose figures stay", async () => {
    const document = await opened("giving.gradlens.json");
    await edit(document, '"Tanh"', '"ReLU"');
    await delay(160);
    const run = await ended(await start(document.uri));
    assert.equal(run.end?.reason, "completed");
    await delay(600);
    const found = await titles(document.uri);
    assert.ok(
      found.some((title) => /^‖∂L\/∂θ‖/.test(title)),
      found.join("\n"),
    );
    assert.ok(!found.some((title) => title.includes("(probe)")), found.join("\n"));
  });

  test("ends with its file, and does no harm", async () => {
    const document = await opened("closing.gradlens.json");
    await edit(document, '"Tanh"', '"ReLU"');
    await delay(155);
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
    await delay(300);
    const again = await show("closing.gradlens.json", modelText());
    assert.equal((await ended(await start(again.uri))).end?.reason, "completed");
  });

  test("finds what the first steps show with all seeds, and says that nobody ran it", async () => {
    const document = await opened("overflow.gradlens.json");
    await edit(document, '"lr": 0.5', '"lr": 1e30');
    const found = await until("the findings", () => {
      const told = problems(document.uri).filter(({ message }) => message.includes("without a run"));
      return told.length > 0 && told;
    });
    // A run may get over all that it has found, but for a NaN.
    for (const { code, severity } of found) {
      const isLost = typeof code === "object" && code.value === "non-finite";
      const { Error: error, Warning: warning } = vscode.DiagnosticSeverity;
      assert.equal(severity, isLost ? error : warning);
    }
    await edit(document, '"lr": 1e30', '"lr": 0.5');
    await until("nothing found", () => problems(document.uri).length === 0);
  });

  test("is not made where the setting is off", async () => {
    await probing(false);
    const document = await opened("off.gradlens.json");
    await edit(document, '"Tanh"', '"ReLU"');
    await delay(800);
    assert.ok(!(await titles(document.uri)).some((title) => title.includes("(probe)")));
    await probing(true);
  });

  /** 50 layers with weights, one a line. */
  const deep = (init: string): string =>
    modelText({
      init,
      layers: [
        ...Array.from({ length: 49 }, () => [{ type: "Linear", out_features: 64 }, { type: "ReLU" }]).flat(),
        { type: "Linear", name: "head", out_features: 1 },
      ],
      train: { steps: 200, batch_size: 32, seed: 0 },
    });

  test("of 50 layers is there soon after an edit: lenses, findings and gutter", async () => {
    const [VANISHES, TRAINS] = ['"init": "default"', '"init": "kaiming_uniform"'] as const;
    const text = deep("kaiming_uniform");
    const document = await show("deep.gradlens.json", text);
    const { marks } = await api();
    const isTold = () => problems(document.uri).some(({ message }) => message.includes("without a run"));
    const isMarked = () => marks(document).some(({ share }) => share !== "even");
    const isSeen = async () => (await titles(document.uri)).some((title) => title.includes("(probe)"));
    await until("the shapes", async () =>
      (await titles(document.uri)).some((title) => title.includes("[64]")),
    );
    const taken: {
      readonly findings: number;
      readonly gutter: number;
      readonly lenses: number;
      readonly cpu: number;
    }[] = [];
    for (let i = 0; i < 5; i++) {
      const started = performance.now();
      const before = process.cpuUsage();
      const since = (): number => performance.now() - started;
      await edit(document, TRAINS, VANISHES);
      const [findings, gutter, lenses] = await Promise.all([
        until("the finding", isTold).then(since),
        until("the marks", isMarked).then(since),
        until("the lenses", isSeen).then(since),
      ]);
      const { user, system } = process.cpuUsage(before);
      taken.push({ findings, gutter, lenses, cpu: (user + system) / 1000 });
      await edit(document, VANISHES, TRAINS);
      await until("nothing that is found", () => !isTold() && !isMarked());
      await until("the probe of the other", isSeen);
    }
    const median = (what: keyof (typeof taken)[number]): number =>
      taken.map((one) => one[what]).toSorted((a, b) => a - b)[2] ?? NaN;
    const shown = (["findings", "gutter", "lenses", "cpu"] as const).map(
      (what) => `${what} ${Math.round(median(what))} ms`,
    );
    console.log(
      `from an edit of 50 layers, at the median: ${shown.join(", ")} (of the whole extension host)`,
    );
    assert.ok(Math.max(median("findings"), median("gutter"), median("lenses")) < 3000, shown.join(", "));
  });
});

/** What watches texts and probes models in one window, with results that can be held back. */
class Window {
  readonly runs = new Runs(() => 10);
  readonly failures: string[] = [];
  /** What was asked for. */
  readonly asked: string[] = [];
  stops = 0;
  /** The result of a seed comes when this is settled; a probe fails with it where it is rejected. */
  gate: (seed: number) => Promise<unknown> = () => Promise.resolve();
  readonly #reader: ReaderThread;
  readonly #trainer: Trainer;
  readonly #models: Models;
  readonly #probes: Probes;

  constructor() {
    const extension = vscode.extensions.getExtension("gradlens.gradlens")?.extensionPath ?? "";
    const script = (name: string): string => path.join(extension, "dist", name);
    this.#reader = new ReaderThread(script("reader.cjs"), () => undefined);
    this.#trainer = new Trainer(this.runs, script("worker.cjs"), () => undefined);
    this.#models = new Models(this.#reader);
    const prober: ConstructorParameters<typeof Probes>[2] = {
      active: () => undefined,
      stopProbe: () => void this.stops++,
      probe: async (request) => {
        this.asked.push(request.source.text);
        const steps = await this.#trainer.probe(request);
        await this.gate(request.seed);
        return steps;
      },
    };
    this.#probes = new Probes(
      this.#models,
      this.runs,
      prober,
      (_, reason) => void this.failures.push(reason),
    );
  }

  /** Waits until it knows the text, so that the next edit is one. */
  async knows(document: vscode.TextDocument): Promise<void> {
    await this.#models.read(document);
    await delay(20);
  }

  async dispose(): Promise<void> {
    this.#probes.dispose();
    this.#models.dispose();
    await this.#trainer.dispose();
    await this.#reader.dispose();
    this.runs.dispose();
  }
}

suite("a probe that goes on", () => {
  const windows: Window[] = [];
  const open = (): Window => {
    const window = new Window();
    windows.push(window);
    return window;
  };

  suiteSetup(async () => {
    await api();
    await probing(true);
  });
  teardown(async () => {
    for (const window of windows.splice(0)) await window.dispose();
  });
  suiteTeardown(() => probing(undefined));

  async function watched(name: string, window = open()) {
    await vscode.workspace.fs.writeFile(at(name), new TextEncoder().encode(modelText()));
    // Opened by the editor alone, so that nothing but the editor keeps it open.
    await vscode.commands.executeCommand("vscode.open", at(name));
    const editor = await until("the editor", () => {
      const { activeTextEditor: active } = vscode.window;
      return active?.document.uri.toString() === at(name).toString() && active;
    });
    const { document } = editor;
    await window.knows(document);
    const release = Promise.withResolvers<void>();
    release.promise.catch(() => undefined);
    window.gate = () => release.promise;
    const start = document.positionAt(document.getText().indexOf("Tanh"));
    await editor.edit((change) =>
      change.replace(new vscode.Range(start, start.translate(0, "Tanh".length)), "ReLU"),
    );
    await until("the probe to be asked for", () => window.asked.length > 0);
    await delay(100); // it has been computed by now, and is held back
    return { document, window, release };
  }

  test("is stopped by the next edit, and what comes of it late is not shown", async () => {
    const { document, window, release } = await watched("typing-meanwhile.gradlens.json");
    const { stops } = window;
    const known = until("the next to be asked for", () => window.asked.length > 1);
    await edit(document, '"ReLU"', '"Sigmoid"');
    assert.ok(window.stops > stops);
    release.resolve();
    window.gate = () => Promise.resolve();
    const seen: (string | undefined)[] = [];
    window.runs.onDidProbe(({ info }) => seen.push(info.layers[1]?.type));
    await known;
    await until("the probe of the text as it is", () => window.runs.probe(document.uri, "m")?.isComplete);
    assert.deepEqual([...new Set(seen)], ["Sigmoid"]);
    assert.deepEqual(window.failures, []);
  });

  test("is forgotten when its file is closed, and shows nothing afterwards", async () => {
    const { document, window, release } = await watched("closing-meanwhile.gradlens.json");
    let shown = 0;
    window.runs.onDidProbe(() => shown++);
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
    await until("the document to be closed", () => document.isClosed);
    release.resolve();
    await delay(300);
    assert.deepEqual([shown, window.runs.probe(document.uri, "m"), window.failures], [0, undefined, []]);
    // The editor takes the edit back before it closes the file.
    const edited = window.asked.filter((text) => text.includes("ReLU"));
    assert.equal(edited.length, 1, "the other seeds are not asked for");
  });

  test("says what it failed with, but for a thread that ended", async () => {
    const { window, release } = await watched("failing.gradlens.json");
    release.reject(new Error("a mistake of ours"));
    await until("the failure", () => window.failures.length > 0);
    assert.deepEqual(window.failures, ["a mistake of ours"]);
    const other = await watched("ended.gradlens.json");
    other.release.reject(new ClosedError());
    await delay(100);
    assert.deepEqual(other.window.failures, []);
  });

  test("that an edit has ended is made all the same where that edit changed nothing", async () => {
    const { document, window, release } = await watched("spaces.gradlens.json");
    window.gate = () => Promise.resolve();
    await edit(document, '"layers":', '"layers" :');
    release.resolve();
    const probe = await until("the probe", () => {
      const found = window.runs.probe(document.uri, "m");
      return found?.isComplete && found;
    });
    assert.equal(probe.info.layers[1]?.type, "ReLU");
  });

  test("tells what is wrong once all seeds have had their say, and asks only one where nothing is", async () => {
    const window = open();
    const document = await show("seeds.gradlens.json", modelText());
    await window.knows(document);
    await edit(document, '"Tanh"', '"ReLU"');
    const complete = (lr: number) =>
      until("the probe", () => {
        const found = window.runs.probe(document.uri, "m");
        return found?.isComplete && found.info.declared?.optimizer.params["lr"] === lr && found;
      });
    assert.deepEqual((await complete(0.5)).findings().findings, []);
    await delay(100);
    assert.equal(window.asked.length, 1);

    const last = Promise.withResolvers<void>();
    window.gate = (seed) => (seed === 2 ? last.promise : Promise.resolve());
    await edit(document, '"lr": 0.5', '"lr": 1e30');
    const probe = await until("the last seed to be asked for", () => {
      const found = window.runs.probe(document.uri, "m");
      return window.asked.length === 4 && found;
    });
    assert.deepEqual([probe.isComplete, probe.findings().findings], [false, []]);
    last.resolve();
    assert.equal((await complete(1e30)).findings().findings[0]?.id, "non-finite");
  });

  test("of another window on the same file is its own, and shows the same", async () => {
    const [one, two] = [open(), open()];
    const document = await show("shared.gradlens.json", modelText());
    await Promise.all([one.knows(document), two.knows(document)]);
    for (const [old, text] of [
      ["Tanh", "ReLU"],
      ["ReLU", "Sigmoid"],
      ["Sigmoid", "GELU"],
    ] as const) {
      await edit(document, `"${old}"`, `"${text}"`);
      await delay(170);
    }
    const frames = await Promise.all(
      [one, two].map(async ({ runs }) => {
        const probe = await until("its probe", () => {
          const found = runs.probe(document.uri, "m");
          return found?.isComplete && found.info.layers[1]?.type === "GELU" && found;
        });
        return probe.history.first[0];
      }),
    );
    assert.deepEqual(frames[0], frames[1]);
    assert.deepEqual([...one.failures, ...two.failures], []);
  });

  test("is not there in Restricted Mode", async () => {
    const window = open();
    const document = await show("restricted.gradlens.json", modelText());
    await window.knows(document);
    const trust = Object.getOwnPropertyDescriptor(vscode.workspace, "isTrusted");
    assert.ok(trust);
    Object.defineProperty(vscode.workspace, "isTrusted", { ...trust, get: () => false });
    try {
      await edit(document, '"Tanh"', '"ReLU"');
      await delay(500);
      assert.deepEqual(window.asked, []);
    } finally {
      Object.defineProperty(vscode.workspace, "isTrusted", trust);
    }
    await edit(document, '"ReLU"', '"GELU"');
    await until("the probe, once the folder is trusted", () => window.asked.length > 0);
  });
});
