// What is made of the source's tables in a language: they are loaded anew in a thread, which speaks it from the beginning.
import { once } from "node:events";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

/** What can be made. @type {Readonly<Record<string, () => Promise<object>>>} */
const MADE = {
  rules: async () => (await import("../src/model/rules.ts")).rulesSettingSchema(),
};

/** @param {keyof typeof MADE} what @param {string} [bundle] the language's bundle; absent: English @returns {Promise<object>} */
export async function inLanguage(what, bundle) {
  const argv = bundle === undefined ? [] : [bundle];
  const thread = new Worker(new URL(import.meta.url), { argv, workerData: { what } });
  const [made] = /** @type {[object]} */ (await once(thread, "message"));
  return made;
}

/** @type {unknown} */
const data = workerData;
if (!isMainThread && typeof data === "object" && data !== null && "what" in data) {
  await import("../src/process/language.ts");
  parentPort?.postMessage(await MADE[String(data.what)]?.());
}
