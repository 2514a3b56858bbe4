import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { lineDiff } from "../../src/cli/lineDiff.ts";

suite("lines that differ", () => {
  const lines = (...all: string[]) => all.join("\n");

  test("are shown with their neighbours", () => {
    assert.equal(
      lineDiff(lines("a", "b", "c", "d", "e", "f"), lines("a", "b", "c", "D", "e", "f")),
      " b\n c\n-d\n+D\n e\n f\n",
    );
  });

  test("are shown apart where they lie apart", () => {
    assert.equal(
      lineDiff(lines("1", "2", "3", "4", "5", "6", "7", "8"), lines("0", "1", "2", "3", "4", "5", "6", "7")),
      "+0\n 1\n 2\n…\n 6\n 7\n-8\n",
    );
  });

  test("are none between equal texts", () => {
    assert.equal(lineDiff("a\nb", "a\nb"), "");
  });

  test("are all there where nothing is the same", () => {
    const many = (mark: string) => lines(...Array.from({ length: 500 }, (_, i) => mark + String(i)));
    assert.equal(lineDiff(many("a"), many("b")).split("\n").length, 1001);
  });
});
