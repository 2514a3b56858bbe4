import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { csv } from "../../../src/engine/data/csv.ts";
import { DataError } from "../../../src/engine/data/error.ts";
import { load, refuses, utf8, required } from "../../support/data.ts";

const LONG = "y".repeat(1_000_000);

const read = (text: string, given: object): unknown =>
  load(csv, { path: "d.csv", ...given }, [utf8(text)], required([1], [1], "number"));

suite("what is wrong with data", () => {
  test("is said with its place however long a cell is, in at most 500 characters", () => {
    refuses(
      () => read(`a,t\n${LONG},1\n`, { target: "t" }),
      /^d\.csv, line 2, column "a": expected a number, found "y+…y+"$/,
    );
  });

  test("names columns in short, and not all of many", () => {
    refuses(
      () => read(`${LONG},b\n1,2\n`, { target: "t" }),
      /^d\.csv: there is no column "t": the file has "y{30}…y{29}", "b"$/,
    );
    const names = Array.from({ length: 100_000 }, (_, i) => `column number ${i}`);
    refuses(
      () => read(`${names.join(",")}\n`, { target: "t" }),
      /"column number 0", .*"column number 7" and 99992 more$/,
    );
  });

  test("keeps the place where the sentence is long, and the sentence where the place is", () => {
    const place = { file: `data/${LONG}.csv`, line: 3, column: LONG };
    const { message } = new DataError("the value is missing", place);
    assert.match(message, /^data\/y+…y+\.csv, line 3, column "y{30}…y{29}": the value is missing$/);
    const long = new DataError(`begins ${LONG} ends`, place).message;
    assert.match(long, /line 3, .*: begins y+…y+ ends$/);
    assert.ok(long.length <= 500);
  });
});
