// What is made of the source's tables in a language: they are loaded anew in a thread, which speaks it from the beginning.
import { once } from "node:events";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

/** What can be made. @type {Readonly<Record<string, () => Promise<object>>>} */
const MADE = {
  rules: async () => (await import("../src/model/rules.ts")).rulesSettingSchema(),
  schema: async () => (await import("../src/model/schema.ts")).modelSchema(),
};

/** @typedef {import("../src/l10n/translate.ts").Language} Language */

/** @type {Language} */
const ENGLISH = { code: "en", texts: {} };

/**
 * The thing, and the English of all texts that were looked up from the loading of its tables on.
 * @param {keyof typeof MADE} what @param {Language} [language]
 * @returns {Promise<{ made: object, looked: ReadonlySet<string> }>}
 */
export async function inLanguage(what, language = ENGLISH) {
  const thread = new Worker(new URL(import.meta.url), { workerData: { what, language } });
  const [answer] = await once(thread, "message");
  return answer;
}

/** Says which of its texts are looked up. @param {Language} language @param {Set<string>} looked @returns {Language} */
const watched = (language, looked) => ({
  ...language,
  texts: new Proxy(language.texts, {
    getOwnPropertyDescriptor(texts, key) {
      looked.add(String(key));
      return Reflect.getOwnPropertyDescriptor(texts, key);
    },
  }),
});

/** @type {{ what: string, language: Language } | null} */
const asked = workerData;
if (!isMainThread && asked !== null && "what" in asked) {
  const { useLanguage } = await import("../src/l10n/translate.ts");
  /** @type {Set<string>} */
  const looked = new Set();
  useLanguage(watched(asked.language, looked));
  looked.clear(); // which has gone through all of them
  parentPort?.postMessage({ made: await MADE[asked.what]?.(), looked });
}
