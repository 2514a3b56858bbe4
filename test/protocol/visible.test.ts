import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { listed, quoted, shorten, visible } from "../../src/protocol/visible.ts";

suite("names in messages", () => {
  test("are in quotes, with what is not seen as an escape", () => {
    assert.equal(quoted('a"b\n\x1b[1m\x9b\u202e'), String.raw`"a\"b\n\u001b[1m\u009b\u202e"`);
  });

  test("lose their middle where they are long, never half of a character", () => {
    assert.equal(shorten("abcdefgh", 5), "ab…gh");
    assert.equal(shorten("abcde", 5), "abcde");
    assert.equal(shorten("🙂🙂🙂🙂", 4), "🙂…");
    assert.equal(shorten("🙂🙂🙂🙂", 6), "🙂…🙂");
    const halves = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat(30), (text, most) => {
        assert.ok(shorten(text, most).length <= Math.max(most, 1));
        assert.doesNotMatch(shorten(text, most), halves);
      }),
    );
  });

  test("are listed up to a number", () => {
    assert.equal(listed(["a", "b\n"]), '"a", "b\\n"');
    assert.equal(listed(["a", "b", "c", "d"], 2), '"a", "b" and 2 more');
  });

  test("that are visible already stay as they are", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) =>
        assert.equal(visible(visible(text)), visible(text)),
      ),
    );
  });
});
