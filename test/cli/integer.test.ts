import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { readInteger } from "../../src/cli/integer.ts";

suite("an integer on the command line", () => {
  const wrong = [
    ...[
      "",
      " ",
      "NaN",
      "Infinity",
      "-1",
      "-0",
      "1.5",
      "1e3",
      "0x10",
      "1_000",
      "1,000",
      " 5",
      "5 ",
      "1e400",
      "٣",
      "1;2",
    ],
    "9".repeat(30),
    "9".repeat(1000),
  ];
  for (const text of wrong) {
    test(`is not ${JSON.stringify(text.slice(0, 40))}`, () => {
      assert.equal(readInteger(text, { min: 1, max: 1e8 }), "expected an integer from 1 to 100,000,000.");
      const some = { min: 0, max: Number.MAX_SAFE_INTEGER };
      assert.equal(readInteger(text, some), "expected an integer of at least 0.");
    });
  }

  test("has both bounds", () => {
    const bounds = { min: 1, max: 20 };
    assert.deepEqual(
      ["0", "1", "20", "21", "007"].map((text) => typeof readInteger(text, bounds)),
      ["string", "number", "number", "string", "number"],
    );
    assert.equal(readInteger("20", bounds), 20);
  });
});
