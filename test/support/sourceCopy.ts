import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { repo } from "./imports.ts";

/** All that a module of the sources, or a test of them, needs to be loaded. */
const NEEDED = [
  "src",
  "webview",
  "test/support",
  "tools",
  "media",
  "docs",
  "package.json",
  "tsconfig.base.json",
  "prettier.config.js",
];

/** A copy of the sources, to which something is added as a newcomer would, and what had to be touched for it. */
export class SourceCopy {
  readonly #folder = mkdtempSync(join(tmpdir(), "gradlens-copy-"));
  readonly #touched = new Set<string>();

  /** `others`: tests that are run on the copy. */
  constructor(...others: readonly string[]) {
    for (const path of [...NEEDED, ...others]) {
      cpSync(join(repo, path), this.at(path), {
        recursive: true,
        filter: (file) => basename(file) !== "node_modules",
      });
    }
    symlinkSync(join(repo, "node_modules"), this.at("node_modules"));
  }

  at(file: string): string {
    return join(this.#folder, file);
  }

  /** The files that were added or edited, in the order in which they were. */
  get touched(): readonly string[] {
    return [...this.#touched];
  }

  add(file: string, text: string): void {
    mkdirSync(dirname(this.at(file)), { recursive: true });
    writeFileSync(this.at(file), text, { flag: "wx" });
    this.#touched.add(file);
  }

  /** Puts `text` in front of the only place where the file says `before`. */
  insert(file: string, before: string, text: string): void {
    const old = readFileSync(this.at(file), "utf8");
    assert.equal(old.split(before).length, 2, `${file} says "${before}" once`);
    writeFileSync(
      this.at(file),
      old.replace(before, () => text + before),
    );
    this.#touched.add(file);
  }

  /** What `npm run build` writes from the tables; nobody edits it. */
  write(file: string, text: string): void {
    writeFileSync(this.at(file), text);
  }

  async import<T>(file: string): Promise<T> {
    return (await import(this.at(file))) as T;
  }

  /** What Node prints of this file of the copy. Throws where it does not end with 0. */
  run(file: string, ...args: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync(process.execPath, [this.at(file), ...args], {
      cwd: this.#folder,
      encoding: "utf8",
      timeout: 120_000,
    });
    assert.equal(status, 0, stdout + stderr);
    return stdout;
  }

  /** The names of the tests that passed, of a test file of the copy; those that match. */
  passed(file: string, pattern: string): readonly string[] {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--test", "--test-reporter=tap", `--test-name-pattern=${pattern}`, this.at(file)],
      { cwd: this.#folder, encoding: "utf8", timeout: 120_000, env: withoutTest() },
    );
    assert.equal(status, 0, stdout + stderr);
    return [...stdout.matchAll(/^ *ok \d+ - (.*)$/gm)].map(([, name]) => name);
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

/** A test that runs tests would otherwise be taken for a part of the run that it is in. */
function withoutTest(): NodeJS.ProcessEnv {
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  return environment;
}
