import { after, afterEach, before, suite } from "node:test";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Frame, Locator } from "playwright-core";
import { Workbench } from "../../tools/vscode/workbench.mjs";

export const repo = path.resolve(import.meta.dirname, "..", "..");

const EXTENSION = "gradlens.gradlens";
const WAIT_MS = 60_000;
const POLL_MS = 50;

export type WindowOptions = Omit<
  Parameters<typeof Workbench.open>[0],
  "userDataDir" | "folder" | "openFile"
> & {
  /** Copied, so that a test may change it; the examples by default. */
  readonly folder?: string;
  /** A file of the folder that is shown when the window opens. */
  readonly openFile?: string;
};

export interface TestWindow {
  readonly workbench: Workbench;
  /** The copy that is open. */
  readonly folder: string;
  close(): Promise<void>;
}

/** A window of VS Code on a copy of the examples, with the extension as it was built. */
export const openWindow = (options: WindowOptions = {}): Promise<TestWindow> =>
  openPlainWindow({ extensionDevelopmentPath: repo, ...options });

/** The same without the extension under development; `extensionsDir` may hold an installed one. */
export async function openPlainWindow({ folder, openFile, ...options }: WindowOptions): Promise<TestWindow> {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "gradlens-ui-"));
  const remove = (): void => fs.rmSync(scratch, { recursive: true, force: true });
  const copy = path.join(scratch, "workspace");
  fs.cpSync(folder ?? path.join(repo, "examples"), copy, { recursive: true });
  try {
    const workbench = await Workbench.open({
      ...options,
      userDataDir: path.join(scratch, "user-data"),
      folder: copy,
      ...(openFile === undefined ? {} : { openFile: path.join(copy, openFile) }),
    });
    return { workbench, folder: copy, close: () => workbench.close().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}

/** A suite whose tests share one window. A test that fails leaves a picture of it, and says what is to be read there. */
export function suiteInWindow(
  name: string,
  open: () => Promise<TestWindow>,
  tests: (window: () => TestWindow) => void,
): void {
  void suite(name, () => {
    let window: TestWindow | undefined;
    before(async () => {
      window = await open();
    });
    after(() => window?.close());
    afterEach(async (context) => {
      if (window && "passed" in context && !context.passed) {
        console.log(`Picture: ${await screenshot(window.workbench, `failed ${context.fullName}`)}`);
        console.log(await words(window.workbench));
      }
    });
    tests(() => {
      if (!window) throw new Error(`the window of "${name}" is not open`);
      return window;
    });
  });
}

/** What the window says, panels aside: where a picture cannot be fetched it tells what stood in the way. */
const words = async ({ page }: Workbench): Promise<string> =>
  (await page.locator(".monaco-workbench").innerText()).replaceAll("\u00a0", " ").replace(/\s*\n\s*/g, " | ");

/** The document of the panel, shown where it is (side bar, secondary side bar or panel), and the element around it. */
export async function panel(workbench: Workbench): Promise<{ element: Locator; frame: Frame }> {
  await workbench.focusView("GradLens", "Gradients");
  return workbench.webview(async (frame) => (await frame.$("#app > *")) !== null, { extension: EXTENSION });
}

/** What `read` gives, as soon as `accept` likes it. Fails with the last value, saying what was waited for. */
export async function eventually<T>(
  what: string,
  read: () => Promise<T> | T,
  accept: (value: T) => boolean = Boolean,
  timeoutMs = WAIT_MS,
): Promise<T> {
  for (const end = Date.now() + timeoutMs; ;) {
    const value = await read();
    if (accept(value)) return value;
    if (Date.now() > end)
      throw new Error(`Waited ${timeoutMs} ms for ${what}; found ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** The texts of a file's code lenses, in the order of the file, as soon as one matches. */
export const lensesWith = (workbench: Workbench, file: string, pattern: RegExp): Promise<string[]> =>
  eventually(
    `a code lens ${pattern} in ${file}`,
    () => workbench.codeLenses(file).allInnerTexts(),
    (texts) => texts.some((text) => pattern.test(text)),
  );

/** The line of the cursor, as soon as it is one that is waited for. */
export const cursorLine = (
  { page }: Workbench,
  what: string,
  accept: (line: number) => boolean,
): Promise<number> =>
  eventually(
    what,
    async () => {
      const position = await page
        .locator(".statusbar-item", { hasText: /^Ln \d+/ })
        .first()
        .innerText();
      return Number(/Ln (\d+)/.exec(position)?.[1]);
    },
    accept,
  );

/** Takes a picture of the window, or of an element of it, into `folder`; returns the file. */
export async function screenshot(
  { page }: Workbench,
  name: string,
  {
    folder = process.env.GRADLENS_SHOTS ?? path.join(repo, "dist", "test", "shots"),
    element,
  }: ShotOptions = {},
): Promise<string> {
  fs.mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${name.replace(/[^\w.-]+/g, "-")}.png`);
  await (element ?? page).screenshot({ path: file, animations: "disabled" });
  return file;
}

interface ShotOptions {
  readonly folder?: string;
  readonly element?: Locator;
}
