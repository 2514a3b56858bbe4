import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import type { Frame, Locator } from "playwright-core";
import {
  eventually,
  lensesWith,
  openWindow,
  repo,
  screenshot,
  suiteInWindow,
  type TestWindow,
} from "./support.ts";

const EXAMPLE = "vanishing.gradlens.json";

const bundle = JSON.parse(readFileSync(path.join(repo, "l10n", "bundle.l10n.de.json"), "utf8")) as Readonly<
  Record<string, string>
>;

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/** Texts that are not the same in both languages, values or none in them. */
const ENGLISH: readonly RegExp[] = Object.entries(bundle)
  .filter(([key, text]) => key !== text && !key.endsWith("/dative") && /\p{L}{4}/u.test(key))
  .map(
    ([key]) =>
      new RegExp(
        `^${key
          .split(/\{\d+\}/)
          .map(escaped)
          .join("(.+)")}$`,
        "u",
      ),
  );

/** Words that both have: German texts may be of the form of an English one. */
const GERMAN: readonly RegExp[] = Object.values(bundle)
  .filter((text) => /\p{L}{4}/u.test(text))
  .map(
    (text) =>
      new RegExp(
        `^${text
          .split(/\{\d+(?::dative)?\}/)
          .map(escaped)
          .join("(.+)")}$`,
        "u",
      ),
  );

const isEnglish = (text: string): boolean =>
  ENGLISH.some((pattern) => pattern.test(text)) && !GERMAN.some((pattern) => pattern.test(text));

suiteInWindow(
  "GradLens in German",
  () => openWindow({ openFile: EXAMPLE, language: "de" }),
  (window) => {
    test("says so above the models and in the palette", async () => {
      const { workbench } = window();
      const lenses = await lensesWith(workbench, EXAMPLE, /▶ Ausführen · 41 Schichten · 79,297 Parameter/);
      assert.deepEqual(lenses.filter(isEnglish), []);
      await workbench.editor(EXAMPLE).locator(".view-lines").click();
      await workbench.goTo(9);
      await workbench.runCommand("GradLens: Modell ausführen");
      await lensesWith(workbench, EXAMPLE, /Verlust \S+ nach 500 Schritten · abgeschlossen/);
    });

    test("explains fields and layer types, by the JSON Schema", async () => {
      const { workbench } = window();
      await workbench.goTo(9);
      for (const [text, expected] of [
        ['"loss"', /Was das Training minimiert: ein Verlust aus torch\.nn\./],
        ['"steps"', /Zahl der Trainingsschritte\.\s+Eine ganze Zahl von 1 bis 100000000\. Standard: 100\./],
        ['"Sigmoid"', /Die Ableitung ist höchstens ¼/],
      ] as const) {
        await eventually(
          `the hover of ${text}`,
          async () => (await workbench.hover(EXAMPLE, text)).innerText(),
          (shown) => expected.test(shown),
        );
      }
    });

    test("has every word of the panel, and for a screen reader", async () => {
      const frame = await panelOf(window());
      await eventually(
        "the end of the run in the panel",
        () => frame.innerText(".header"),
        (text) => text.includes("Abgeschlossen in"),
      );
      const headings = await frame.locator("h2").allInnerTexts();
      assert.ok(headings.includes("Gradientenfluss"), headings.join());
      assert.match(await frame.innerText(".sentence"), /^Fehler:\s+Der Gradient schrumpft/);
      const texts = await frame.evaluate(textsShown);
      assert.ok(texts.length > 60, `only ${texts.length} texts`);
      assert.deepEqual(texts.filter(isEnglish), []);
      assert.equal(await frame.evaluate(() => document.documentElement.lang), "de");
    });

    test("has findings, their explanations and their fixes", async () => {
      const { workbench } = window();
      const problems = await workbench.problems();
      const found = await eventually(
        "a finding among the problems",
        () => problems.allInnerTexts(),
        (texts) => texts.some((text) => text.includes("Der Gradient schrumpft")),
      );
      assert.deepEqual(found.filter(isEnglish), []);
      console.log(`Picture: ${await screenshot(workbench, "german")}`);
      console.log(
        `Picture: ${await screenshot(workbench, "german panel", { element: panelElement(window()) })}`,
      );
    });

    test("has what the thread says that reads model files", async () => {
      const { workbench } = window();
      await workbench.goTo(12);
      await workbench.page.keyboard.press("Home");
      await workbench.page.keyboard.type("x");
      const problems = await workbench.problems();
      await eventually(
        "a mistake among the problems",
        () => problems.allInnerTexts(),
        (texts) => texts.some((text) => /ist kein JSON|erwartet w/.test(text)),
      );
    });
  },
);

const panelElement = ({ workbench }: TestWindow): Locator => workbench.secondarySideBar;

async function panelOf({ workbench }: TestWindow): Promise<Frame> {
  const { frame } = await workbench.webview(async (one) => (await one.$("#app canvas")) !== null, {
    extension: "gradlens.gradlens",
  });
  return frame;
}

/** Every text of the page, and what screen readers and pointers are told. Runs in the page. */
function textsShown(): string[] {
  const texts = new Set<string>();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.parentElement?.closest("script, style")) texts.add((node.textContent ?? "").trim());
  }
  for (const element of document.querySelectorAll("[aria-label], [title], [aria-valuetext]")) {
    for (const name of ["aria-label", "title", "aria-valuetext"])
      texts.add((element.getAttribute(name) ?? "").trim());
  }
  return [...texts].filter((text) => text !== "");
}
