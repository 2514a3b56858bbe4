import assert from "node:assert/strict";
import type * as vscode from "vscode";
import type { Run } from "../../src/host/run.ts";
import { Runs } from "../../src/host/runs.ts";
import { RunsTree, type Node } from "../../src/host/runsTree.ts";
import { frameOf } from "../support/frames.ts";
import { recorded } from "../support/history.ts";
import { lehmer } from "../support/random.ts";

/**
 * What VS Code 1.106 keeps of a tree, by its rules: a line is an object, known by its id in the whole tree, which it must not see
 * twice; a question that a refresh or another one overtakes is dropped. It asks whenever a line is shown, in any order.
 */
class Editor {
  readonly #tree: RunsTree;
  readonly #objects = new Map<string, Node>();
  lines: readonly Node[] = [];

  constructor(tree: RunsTree) {
    this.#tree = tree;
  }

  /** All lines, from the top. */
  refresh(): void {
    const ids = new Set<string>();
    const below = (node?: Node): readonly Node[] =>
      this.#children(node).flatMap((child) => {
        const id = this.#item(child).id ?? "";
        assert.ok(id !== "" && !ids.has(id), `the id ${id} is there twice`);
        ids.add(id);
        assert.ok((this.#objects.get(id) ?? child) === child, `${id} is another object now`);
        this.#objects.set(id, child);
        return [child, ...below(child)];
      });
    this.lines = below();
  }

  /** Lines that were there before, whatever has become of them. */
  askAgain(): void {
    for (const line of this.lines) {
      this.#children(line);
      this.#item(line);
    }
  }

  #children(node?: Node): readonly Node[] {
    const children: unknown = this.#tree.getChildren(node);
    assert.ok(Array.isArray(children), "an answer that comes later may be overtaken");
    return children as readonly Node[];
  }

  #item(node: Node): vscode.TreeItem {
    return this.#tree.getTreeItem(node);
  }
}

suite("the list of runs while they come and go", () => {
  const info = {
    ...{ model: "m", seed: 0, parameters: 9, hist_every: 1, engine: "scalar" },
    layers: [{ path: "a", type: "Linear", parameters: [], output_shape: [4], stats: [] }],
  };
  // Names of strangers: a file, a model and a stream may be called the same.
  const names = ["/w/a.jsonl", "m", '["file","m"]', "0", ""];

  for (const seed of [1, 2, 3, 4]) {
    test(`has each line once, as the same object, and tells of lines that are gone (seed ${seed})`, () => {
      const random = lehmer(seed);
      const runs = new Runs(() => 12);
      const tree = new RunsTree(runs, () => random() < 0.5);
      const editor = new Editor(tree);
      const gone: Run[] = [];
      const any = <T>(all: readonly T[]): T | undefined => all[Math.floor(random() * all.length)];
      const frames = Array.from({ length: 30 }, (_, i) => frameOf([{ delta_norm: 1 }], { loss: 1 }, i + 1));
      const acts: readonly ((run: Run) => void)[] = [
        (run) => {
          runs.remove(run);
          gone.push(run);
        },
        (run) => runs.pin(run, !run.pinned),
        (run) => {
          run.name = any(names) ?? "";
          runs.changed(run, "state");
        },
        (run) => {
          run.finish({ reason: "completed", steps: run.step, elapsed_ms: 1 });
          runs.changed(run, "state");
        },
        (run) => {
          if (!run.record.isHere) return;
          run.append(recorded(frames).since(run.step));
          runs.changed(run, "frames");
        },
        (run) => run.record.leave({ step: 30, loss: 1, severity: "warning" }, () => Promise.resolve()),
        () => {
          const back = gone.pop();
          if (back) runs.putBack(back);
        },
        () => editor.refresh(),
        () => editor.askAgain(),
      ];
      for (let turn = 0; turn < 400; turn++) {
        if (runs.all().length < 4) {
          const [file = "", model = ""] = [any(names), any(names)];
          runs.add({ origin: { file, model, fingerprint: "", info: { ...info, model } } });
        }
        const run = any(runs.all());
        const act = any(acts);
        if (run && act) act(run);
      }
      editor.refresh();
      const listed = editor.lines.flatMap((line) => (line.kind === "run" ? [line.run] : []));
      assert.deepEqual(new Set(listed), new Set(runs.all()));
      tree.dispose();
      runs.dispose();
    });
  }
});
