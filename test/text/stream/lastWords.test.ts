import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { lastWords } from "../../../src/text/stream/lastWords.ts";

const STEP = '{"type":"step","step":7,"loss":0.5,"layers":[]}';
const END = '{"type":"end","reason":"completed","steps":9,"elapsed_ms":3}';

suite("the last lines of a stream", () => {
  test("tell its last step, and how it ended", () => {
    const end = { reason: "completed", steps: 9, elapsed_ms: 3 };
    assert.deepEqual(lastWords(`ut off"}\n${STEP}\n${END}\n`), { step: 7, loss: 0.5, end });
    assert.deepEqual(lastWords(`${STEP}\n{"type":"st`), { step: 7, loss: 0.5 });
    assert.deepEqual(lastWords(END), { step: 9, loss: NaN, end });
  });

  test("tell nothing where they are none", () => {
    for (const text of [
      "",
      "\n\n",
      "null\n[]\n7\n",
      '{"type":"end","reason":"__proto__"}',
      '{"type":"step","step":-0.5}',
    ])
      assert.deepEqual(lastWords(text), { step: 0, loss: NaN });
  });
});
