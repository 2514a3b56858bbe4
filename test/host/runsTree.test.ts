import assert from "node:assert/strict";
import * as vscode from "vscode";
import { Imports } from "../../src/host/importing.ts";
import { save, streamBytes } from "../../src/host/exportRun.ts";
import type { Run } from "../../src/host/run.ts";
import { Runs } from "../../src/host/runs.ts";
import { RunsTree, type Node } from "../../src/host/runsTree.ts";
import { dropStreams } from "../../src/host/dropping.ts";
import { meant, runCommands, type RunCommandServices } from "../../src/host/runCommands.ts";
import { reportBytes } from "../../src/host/report.ts";
import { count } from "../../src/insight/format.ts";
import { STATS, type Frame } from "../../src/protocol/frame.ts";
import { History } from "../../src/protocol/history.ts";
import type { RunInfo } from "../../src/protocol/run.ts";
import { thinningOf } from "../../src/text/thinning.ts";
import { recorded } from "../support/history.ts";
import { api, at, ended, ENDLESS, modelText, show, shown, start, stepped, stop, until } from "./support.ts";

const info: RunInfo = {
  ...{ model: "m", seed: 0, parameters: 9, hist_every: 1, engine: "scalar" },
  layers: [{ path: "a", type: "Linear", parameters: [], output_shape: [4], stats: STATS }],
};

/** A file that is dragged in from outside. */
class FileItem extends vscode.DataTransferItem {
  readonly #file: vscode.DataTransferFile;

  constructor(name: string, bytes: Uint8Array, uri?: vscode.Uri) {
    super(name);
    this.#file = { name, ...(uri && { uri }), data: () => Promise.resolve(bytes) };
  }

  override asFile(): vscode.DataTransferFile {
    return this.#file;
  }
}

const frameAt = (step: number, loss: number): Frame => ({
  ...{
    step,
    loss,
    lr: 0.1,
    grad_norm: 1,
    clip_coef: 1,
    metric: NaN,
    val_loss: NaN,
    val_metric: NaN,
    amp_scale: NaN,
    skipped: NaN,
  },
  values: new Float64Array(STATS.length).fill(1),
});

suite("the list of runs", () => {
  let runs: Runs;
  let tree: RunsTree;
  let imports: Imports;
  suiteSetup(api);
  setup(() => {
    runs = new Runs(() => 50);
    imports = new Imports(runs);
    tree = new RunsTree(runs, () => false);
  });
  teardown(async () => {
    tree.dispose();
    imports.dispose();
    runs.dispose();
    await stop();
    await vscode.commands.executeCommand("notifications.clearAll");
  });

  const add = (model: string, file = "a.gradlens.json", loss = 0.25): Run => {
    const uri = vscode.Uri.file(`/w/${file}`);
    const run = runs.add({ origin: { uri, file, model, fingerprint: "f", info: { ...info, model } } });
    run.prepared({ info: { ...info, model }, files: [] }, false);
    run.append(recorded(Array.from({ length: 40 }, (_, i) => frameAt(i + 1, loss))).since(0));
    run.finish({ reason: "completed", steps: 40, elapsed_ms: 12 });
    runs.changed(run, "state");
    return run;
  };

  /** The lines below a line, in the order in which they stand, each indented as deep as it lies. */
  const drawn = async (node?: Node, depth = 0): Promise<readonly string[]> => {
    const children = tree.getChildren(node);
    const lines = await Promise.all(
      children.map(async (child) => {
        const { label, description } = tree.getTreeItem(child) as Readonly<Record<string, string>>;
        const words = description === "" ? label : `${label} | ${description}`;
        return ["  ".repeat(depth) + words, ...(await drawn(child, depth + 1))];
      }),
    );
    return lines.flat();
  };

  const nodes = async (): Promise<readonly Node[]> => {
    const below = async (node?: Node): Promise<readonly Node[]> => {
      const children = tree.getChildren(node);
      return (await Promise.all(children.map(async (child) => [child, ...(await below(child))]))).flat();
    };
    return below();
  };

  test("has files, their models, their runs and what was found in them, the latest first", async () => {
    const first = add("sigmoid");
    add("relu");
    add("other", "b.gradlens.json");
    first.name = "the first one";
    const lines = await drawn();
    const outline = lines.filter((line) => !line.startsWith("      "));
    assert.deepEqual(
      outline.map((line) => line.replace(/\d\d:\d\d:\d\d/, "TIME")),
      [
        "b.gradlens.json",
        "  other | loss 0.250 after 40 steps · completed",
        "    TIME | loss 0.250 after 40 steps · completed",
        "a.gradlens.json",
        "  relu | loss 0.250 after 40 steps · completed",
        "    TIME | loss 0.250 after 40 steps · completed",
        "  sigmoid | loss 0.250 after 40 steps · completed",
        "    the first one | TIME · loss 0.250 after 40 steps · completed",
      ],
    );
    const found = first.findings().findings;
    assert.ok(found.length > 0, "something was found");
    for (const { message } of found)
      assert.ok(
        lines.some((line) => line.includes(message.slice(0, 40))),
        message,
      );
  });

  test("says every line in words to a screen reader, and gives each an identity", async () => {
    add("sigmoid");
    const items = (await nodes()).map((node) => tree.getTreeItem(node));
    for (const { accessibilityInformation } of items)
      assert.ok((accessibilityInformation?.label ?? "").length > 10);
    assert.equal(new Set(items.map(({ id }) => id)).size, items.length);
    assert.match(
      items[2]?.accessibilityInformation?.label ?? "",
      /^Run of sigmoid, .*: loss 0\.250 after 40 steps/,
    );
  });

  test("shows names of strangers as their characters", async () => {
    add("$(bug) [x](command:y)", "$(x).gradlens.json");
    for (const line of await drawn()) assert.doesNotMatch(line, /\$\(|\]\(/);
  });

  test("pins, and drops the others first", () => {
    const few = new Runs(() => 2);
    const [a, b] = ["a", "b"].map((model) =>
      few.add({ origin: { file: "f", model, fingerprint: "", info } }),
    );
    assert.ok(a && b);
    few.pin(a, true);
    const c = few.add({ origin: { file: "f", model: "c", fingerprint: "", info } });
    assert.deepEqual(few.all(), [a, c]);
    few.dispose();
  });

  const services = (): RunCommandServices => {
    const shown: unknown[] = [];
    const panel = { show: (run: Run) => Promise.resolve(void shown.push(run)), shownRuns: shown };
    const trainer = { active: () => undefined, stop: () => Promise.resolve() };
    const marks = { remove: () => undefined };
    return { runs, tree, selection: () => [], panel, trainer, marks } as unknown as RunCommandServices;
  };

  test("a command means the selection where its line is part of it, and all runs of a model or a file", async () => {
    const [a, b] = [add("m"), add("m")];
    const all = await nodes();
    const model = all.find(({ kind }) => kind === "model");
    assert.deepEqual(new Set(meant({ runs, tree, selection: () => [] }, [model])), new Set([a, b]));
    const lines = all.filter(({ kind }) => kind === "run");
    assert.deepEqual(meant({ runs, tree, selection: () => [] }, [lines[0], lines]), [b, a]);
    assert.deepEqual(meant({ runs, tree, selection: () => lines.slice(0, 1) }, []), [b]);
  });

  test("takes several runs away at once", async () => {
    const [a, b, c] = [add("m"), add("m"), add("m")];
    void runCommands(services())["delete"]?.([a, b]);
    await until("two runs less", () => runs.all().length === 1);
    assert.deepEqual(runs.all(), [c]);
  });

  test("compares: the latest is shown, and the others are pinned", async () => {
    const [a, b] = [add("m"), add("n")];
    await runCommands(services())["compare"]?.([b, a]);
    assert.deepEqual([a.pinned, b.pinned], [true, false]);
  });

  test("a run that is exported is the same when it is imported again", async () => {
    const run = add("m");
    const uri = at("exported.jsonl");
    await vscode.workspace.fs.writeFile(uri, await streamBytes(run));
    const again = await imports.read(uri);
    assert.ok(again);
    assert.equal(again.end?.reason, "completed");
    assert.deepEqual(again.history.since(0), run.history.since(0));
    assert.equal(again.origin.uri, undefined);
    assert.ok((await drawn()).includes("exported.jsonl | recorded elsewhere"));
  });

  test("follows a stream while its file grows, and knows how it ended", async () => {
    const whole = new TextDecoder().decode(await streamBytes(add("m")));
    const uri = at("growing.jsonl");
    const cut = whole.length >> 1;
    const write = (text: string) => vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
    await write(whole.slice(0, cut));
    const run = await imports.read(uri);
    assert.ok(run);
    assert.equal(run.state, "running");
    const before = run.step;
    assert.ok(before > 0 && before < 40, `${before}`);
    await write(whole);
    await run.ended;
    assert.deepEqual([run.step, run.end?.reason], [40, "completed"]);
  });

  test("a stream that nobody wants any more is let go of", async () => {
    const whole = new TextDecoder().decode(await streamBytes(add("m")));
    const uri = at("left.jsonl");
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(whole.slice(0, whole.length >> 1)));
    const run = await imports.read(uri);
    assert.ok(run);
    runs.remove(run);
    await run.ended;
    assert.equal(run.end?.reason, "interrupted");
  });

  for (const [what, text] of [
    ["no stream", "hello"],
    ["empty", ""],
    ["of another version", '{"type":"run","version":7}\n'],
  ] as const) {
    test(`what is ${what} is refused, and makes no run`, async () => {
      const run = await imports.take("x.jsonl", new TextEncoder().encode(text));
      assert.equal(run, undefined);
      assert.equal(runs.all().length, 0);
    });
  }

  test("a line that cannot be read costs no more than itself", async () => {
    const whole = new TextDecoder().decode(await streamBytes(add("m")));
    const lines = whole.split("\n");
    const text = [...lines.slice(0, 10), "{", ...lines.slice(10)].join("\n");
    const run = await imports.take("broken.jsonl", new TextEncoder().encode(text));
    assert.deepEqual([(await run?.ended)?.reason, run?.step], ["completed", 40]);
  });

  test("files that are dropped on it are imported", async () => {
    const uri = at("dropped.jsonl");
    await vscode.workspace.fs.writeFile(uri, await streamBytes(add("m")));
    const data = new vscode.DataTransfer();
    data.set("text/uri-list", new vscode.DataTransferItem(`# a comment\r\n${uri.toString()}\r\n`));
    await dropStreams(imports).handleDrop?.(undefined, data, new vscode.CancellationTokenSource().token);
    assert.equal(runs.all().at(-1)?.origin.file, "dropped.jsonl");
  });

  /** Drops these on the list, as VS Code hands over what comes from the desktop. */
  const drop = async (...items: readonly (readonly [mime: string, item: vscode.DataTransferItem])[]) => {
    const data = new vscode.DataTransfer();
    for (const [mime, item] of items) data.set(mime, item);
    const before = runs.all().length;
    await dropStreams(imports).handleDrop?.(undefined, data, new vscode.CancellationTokenSource().token);
    return runs
      .all()
      .slice(before)
      .map(({ origin, step }) => [origin.file, step]);
  };

  test("a file of the desktop is imported by its contents where it has no place, and followed where it has one", async () => {
    const bytes = await streamBytes(add("m"));
    const uri = at("desktop.jsonl");
    await vscode.workspace.fs.writeFile(uri, bytes);
    assert.deepEqual(await drop(["files", new FileItem("attached.jsonl", bytes)]), [["attached.jsonl", 40]]);
    const placed = new FileItem("desktop.jsonl", new Uint8Array(0), uri);
    assert.deepEqual(await drop(["files", placed]), [["desktop.jsonl", 40]]);
    // Named in both ways it is one file.
    const list = new vscode.DataTransferItem(`${uri.toString()}\r\n`);
    assert.deepEqual(await drop(["text/uri-list", list], ["files", placed]), [["desktop.jsonl", 40]]);
    const nameless = new FileItem("desktop.jsonl", bytes);
    assert.deepEqual(await drop(["text/uri-list", list], ["files", nameless]), [["desktop.jsonl", 40]]);
  });

  test("what is dropped and is no stream makes no run, and is told of", async () => {
    const said = await shown(() =>
      drop(
        ["text/plain", new vscode.DataTransferItem("hello")],
        ["files", new FileItem("photo.png", Uint8Array.of(137, 80, 78, 71, 10))],
      ),
    );
    assert.equal(runs.all().length, 0);
    assert.match(said[0]?.text ?? "", /^GradLens: photo\.png cannot be read as the stream of a run/);
  });

  test("a long run that is exported says in words, and in its file, what is left of it", async () => {
    const run = add("long");
    const last = 5000;
    const frames = Array.from({ length: last }, (_, i) => frameAt(i + 1, 0.5));
    run.record.arrive(History.EMPTY);
    run.append(recorded(frames).since(0));
    const uri = at("long.jsonl");
    const asked = Object.getOwnPropertyDescriptor(vscode.window, "showSaveDialog");
    Object.defineProperty(vscode.window, "showSaveDialog", {
      ...asked,
      value: () => Promise.resolve(uri),
      configurable: true,
      writable: true,
    });
    const said = await shown(() => save(run, "jsonl", "JSON Lines", streamBytes));
    const left = thinningOf(run.history);
    assert.ok(left && left.steps === last && left.whole < last && left.every > 1);
    assert.ok(
      said[0]?.text.startsWith(
        `The run of long is written to long.jsonl: ${count(left.whole)} of 5,000 steps with all figures, and the first and the last of every ${left.every} with`,
      ),
      said[0]?.text,
    );
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
    const [header] = text.split("\n");
    assert.deepEqual((JSON.parse(header ?? "") as { thinned: unknown }).thinned, left);
    // With all figures, or with those of the charts.
    const steps = text.split("\n").filter((line) => line.startsWith('{"type":"step"'));
    assert.equal(steps.filter((line) => line.includes('"grad_mean"')).length, left.whole);
    assert.ok(steps.length <= left.whole + (2 * last) / left.every);
    await vscode.workspace.fs.delete(uri);
    const short = await shown(() => save(add("short"), "jsonl", "JSON Lines", streamBytes));
    assert.equal(short[0]?.text, "The run of short is written to long.jsonl.");
    if (asked) Object.defineProperty(vscode.window, "showSaveDialog", asked);
  });

  test("a report holds the panel and the run, in one file", async () => {
    const run = add("m");
    const dist = vscode.Uri.joinPath(
      vscode.extensions.getExtension("gradlens.gradlens")?.extensionUri ?? at(""),
      "dist",
    );
    const page = new TextDecoder().decode(await reportBytes(dist, runs, run));
    assert.match(page, /<title>m · GradLens<\/title>/);
    assert.doesNotMatch(page, /(src|href)="/);
    assert.ok(page.length > 400_000);
  });
});

suite("the list of runs of the window", () => {
  suiteSetup(api);
  teardown(stop);

  test("imports a stream by command, and shows it", async () => {
    const uri = at("imported.jsonl");
    const line = { type: "run", version: 1, model: "elsewhere", seed: 0, parameters: 1, layers: [] };
    const text = [
      line,
      { type: "step", step: 1, loss: 0.5, layers: [] },
      { type: "end", reason: "completed", steps: 1, elapsed_ms: 3 },
    ];
    await vscode.workspace.fs.writeFile(
      uri,
      new TextEncoder().encode(text.map((one) => `${JSON.stringify(one)}\n`).join("")),
    );
    const ids = await vscode.commands.executeCommand<readonly number[]>("gradlens.importRun", uri);
    assert.equal(ids.length, 1);
    const { runs, statusText } = await api();
    assert.equal(runs().find(({ id }) => id === ids[0])?.info.model, "elsewhere");
    await until("the status bar", () => statusText().includes("elsewhere: loss 0.500 after 1 step"));
  });

  test("has the commands of its menus, and deletes a run that goes on", async () => {
    const document = await show("listed.gradlens.json", modelText(ENDLESS));
    const id = await start(document.uri);
    await stepped(id);
    const { runs } = await api();
    void vscode.commands.executeCommand("gradlens.runs.delete", id);
    await until("the run to be gone", () => !runs().some((run) => run.id === id));
    assert.equal(
      (await ended(await start((await show("next.gradlens.json", modelText())).uri))).end?.reason,
      "completed",
    );
  });
});
