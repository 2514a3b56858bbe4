import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { shortened } from "../../webview/shortened.ts";

suite("a long name", () => {
  const fits =
    (most: number) =>
    ({ length }: string): boolean =>
      length <= most;

  test("loses so much of its middle that it fits", () => {
    assert.equal(shortened("convolution_replacement", fits(11)), "convo…ement");
    assert.equal(shortened("convolution_replacement", fits(12)), "convol…ement");
  });

  test("stays as it is where it fits", () => assert.equal(shortened("head", fits(4)), "head"));

  test("keeps four letters where nothing fits, and no half of a pair of code units", () => {
    assert.equal(shortened("convolution", fits(0)), "co…on");
    assert.equal(shortened("🙂🙃🙂🙃🙂🙃", fits(0)), "🙂🙃…🙂🙃");
  });
});
