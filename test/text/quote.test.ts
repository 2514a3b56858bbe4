import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { LONGEST_MESSAGE } from "../../src/protocol/visible.ts";
import { line, lines, markdown, plain, withIcon } from "../../src/text/quote.ts";

/** What names in the wild are made of, and what bad ones are. */
const piece = fc.oneof(
  fc.constantFrom(
    ..."[]()$`*_<>!#|\\\"' \n\r\t",
    "[Show Problems](command:workbench.action.terminal.new)",
    "](command:x)",
    "(command:x)",
    "[a](https://example.org)",
    "![](https://example.org/x.png)",
    "<img src=x>",
    "https://example.org",
    "www.example.org",
    "$(bug)",
    "$",
    "(bug)",
    "\\$(bug)",
    "\x1b[2J",
    "\x9b31m",
    "\u202e",
    "\u2066",
    "\u200b",
    "\u2028",
    "\ud800",
    "\udc00",
    "🙂",
    "‖∂L/∂θ‖",
    "נוירון",
    "deep-tanh",
    "x".repeat(700),
  ),
  fc.string({ unit: "binary", maxLength: 20 }),
);
const hostile = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));

const LINK = /\[[^\]]*\]\([^)]*\)/;
const ICON = /\$\([a-z0-9~-]+\)/i;
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const whole = (text: string): string => plain`${text}`;

suite("plain text", () => {
  test("keeps names as they are that do no harm", () => {
    for (const name of [
      "deep-tanh",
      "net [2] (old)",
      "a$b",
      "größe",
      "模型",
      "🙂",
      "a\\b",
      "$x (y)",
      "f(x)",
    ]) {
      assert.equal(whole(name), name);
    }
  });

  test("has neither a link nor an icon of a value", () => {
    assert.equal(whole("[Show Problems](command:a.b)"), "[Show Problems] (command:a.b)");
    assert.equal(whole("$(bug) \\$(bug)"), "$ (bug) \\$ (bug)");
  });

  test("shows what is not seen as an escape", () => {
    assert.equal(
      whole("a\nb\t\x1b[31m\u202e\u200b\u2028\ud800"),
      "a\\nb\\t\\u001b[31m\\u202e\\u200b\\u2028\\ud800",
    );
    assert.equal(whole("\u{e0041}"), "\\u{e0041}");
  });

  test("has no link, icon, control or mark of direction, whatever the values, and ends at 500 characters", () => {
    fc.assert(
      fc.property(hostile, hostile, hostile, (a, b, c) => {
        const text = plain`${a}${b}: [ ${c}(see the Problems view) $${a}`;
        assert.doesNotMatch(text, LINK);
        assert.doesNotMatch(text, ICON);
        assert.doesNotMatch(text, UNSEEN);
        assert.ok(text.length <= LONGEST_MESSAGE, `${text.length}`);
      }),
      { numRuns: 2000 },
    );
  });

  test("is the same when it is quoted again", () => {
    fc.assert(
      fc.property(hostile, (text) => assert.equal(whole(whole(text)), whole(text))),
      { numRuns: 1000 },
    );
  });

  test("a message with a name of 15 million characters keeps its words, and both ends of the name", () => {
    const text = plain`${`first${"x".repeat(15e6)}last`} cannot run: its file has ${3} problems.`;
    assert.match(text, /^firstx+…x+last cannot run: its file has 3 problems\.$/);
    assert.equal(text.length, LONGEST_MESSAGE - 4); // a space might be put in at each end of a value
  });

  test("short values are whole beside long ones", () => {
    const text = plain`${"wine.csv"}, line ${12}: ${"y".repeat(600)} and ${"z".repeat(600)}`;
    assert.match(text, /^wine\.csv, line 12: y+…y+ and z+…z+$/);
    assert.ok(text.length > LONGEST_MESSAGE - 12 && text.length <= LONGEST_MESSAGE);
  });

  test("icons are those of the code alone", () => {
    assert.equal(withIcon("check", plain`${"$(bug)"}`), "$(check)\u00a0$ (bug)");
  });
});

suite("Markdown", () => {
  test("a value is nothing but its characters", () => {
    assert.equal(
      markdown`**${"![a](http://x.y/z)"}** · ${"<b>`c`"}`,
      "**\\!\\[a\\]\\(http\\:\\/\\/x\\.y\\/z\\)** · \\<b\\>\\`c\\`",
    );
  });

  test("no sign of a value is without its escape, and no line begins in one", () => {
    fc.assert(
      fc.property(hostile, (name) => {
        const text: string = markdown`${name}`;
        assert.equal(text.replace(/\\[!-/:-@[-`{-~]/g, "").replace(/[\p{L}\p{M}\p{N}\p{S}\p{P} ]/gu, ""), "");
        assert.doesNotMatch(text.replace(/\\[!-/:-@[-`{-~]/g, ""), /[!-/:-@[-`{-~]/);
        assert.doesNotMatch(text, / {2}/);
      }),
      { numRuns: 1000 },
    );
  });
});

suite("a line on a terminal", () => {
  test("has no escape sequence and no break of a value", () => {
    assert.equal(line`${"\x1b]0;owned\x07\r\n"}:${3}`, "\\u001b]0;owned\\u0007\\r\\n:3");
    fc.assert(
      fc.property(hostile, (name) => {
        assert.doesNotMatch(line`${name}: there is no such file`, UNSEEN);
      }),
    );
  });

  test("leaves paths as one may copy them", () => {
    assert.equal(line`${"a[1](2)/$(x).json"}:${1}:${2}`, "a[1](2)/$(x).json:1:2");
  });

  test("lines obey their breaks and nothing else", () => {
    assert.equal(lines("a\x1b[1m\nb\r\n"), "a\\u001b[1m\nb\\r\n");
  });
});
