import assert from "node:assert/strict";
import { afterEach, suite, test } from "node:test";
import { counted } from "../../src/insight/format.ts";
import { languageInUse, t, useLanguage } from "../../src/l10n/translate.ts";
import { line, markdown, plain } from "../../src/text/quote.ts";

const german = (texts: Readonly<Record<string, string>>): void => useLanguage({ code: "de", texts });

const outcome = (loss: number, steps: number): string => t`Loss ${loss} after ${counted(steps, "step")}`;

suite("a text in the language in use", () => {
  afterEach(() => useLanguage());

  test("is English where there is no other language", () => {
    assert.equal(languageInUse().code, "en");
    assert.equal(outcome(0.2, 500), "Loss 0.2 after 500 steps");
  });

  test("is English where the language lacks it", () => {
    german({ "Loss {0}": "Verlust {0}" });
    assert.equal(outcome(0.2, 1), "Loss 0.2 after 1 step");
  });

  test("is looked up anew when another language is in use, at the same place of the source", () => {
    german({ "Loss {0} after {1}": "Verlust {0} nach {1}" });
    assert.equal(outcome(0.2, 1), "Verlust 0.2 nach 1 step");
    useLanguage();
    assert.equal(outcome(0.2, 1), "Loss 0.2 after 1 step");
  });

  test("has its values in the order of that language, and one of them twice if it likes", () => {
    german({ "{0} of {1}": "{1}: {0}, ja {0}" });
    assert.equal(t`${"a"} of ${"b"}`, "b: a, ja a");
  });

  test("has counted things in the form that the sentence wants", () => {
    german({
      "{0} step": "{0} Schritt",
      "{0} steps": "{0} Schritte",
      "{0} steps/dative": "{0} Schritten",
      "Loss {0} after {1}": "Verlust {0} nach {1:dative}",
    });
    assert.equal(counted(1240, "step"), "1,240 Schritte");
    assert.equal(outcome(0.2, 1240), "Verlust 0.2 nach 1,240 Schritten");
    assert.equal(outcome(0.2, 1), "Verlust 0.2 nach 1 Schritt");
  });

  test("takes no place of a value's for one of its own", () => {
    german({ "Loss {0}": "Verlust {0}" });
    assert.equal(t`Loss ${"{0} and {1:dative}"}`, "Verlust {0} and {1:dative}");
  });

  test("takes no name for a text, and no name of an object's for one of the language's", () => {
    german({ Loss: "Verlust" });
    assert.equal(t`${"Loss"}`, "Loss");
    assert.equal(t`toString`, "toString");
  });
});

suite("a quoted text in the language in use", () => {
  afterEach(() => useLanguage());

  test("has its values quoted for their place, whatever their order", () => {
    german({ "{0} of {1}": "{1}]{0}" });
    assert.equal(plain`${"(command:x)"} of ${"[click"}`, "[click] (command:x)");
    assert.equal(markdown`${"a*"} of ${"*b"}`, "\\*b]a\\*");
  });

  test("is English on a terminal, which programs read as well", () => {
    german({ "{0} of {1}": "{0} von {1}" });
    assert.equal(line`${1} of ${2}`, "1 of 2");
  });
});
