import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { threadsFor } from "../../src/protocol/threads.ts";

suite("the number of threads", () => {
  test("is what was asked for, up to one a core", () => {
    assert.equal(threadsFor(1, 4, 1), 1);
    assert.equal(threadsFor(4, 4, 1), 4);
    for (const asked of [5, 64, 200, 5000, 2 ** 40]) assert.equal(threadsFor(asked, 4, 1), 4);
  });

  test("is all cores but those that are left to others where nobody asks, or for what is no number of threads", () => {
    for (const asked of [0, undefined, null, 1.5, -1, NaN, Infinity, "3"]) {
      assert.equal(threadsFor(asked, 4, 1), 3, String(asked));
      assert.equal(threadsFor(asked, 4, 0), 4, String(asked));
      assert.equal(threadsFor(asked, 1, 1), 1, String(asked));
    }
  });

  test("is 8 at most where nobody asks for more", () => {
    assert.equal(threadsFor(0, 64, 1), 8);
    assert.equal(threadsFor(32, 64, 1), 32);
  });
});
