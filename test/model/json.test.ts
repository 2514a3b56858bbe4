import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parse } from "../../src/model/parse.ts";
import {
  assertGood,
  assertProblems,
  fixed,
  linear,
  unmark,
  withFields,
  withLayers,
} from "../support/models.ts";

suite("JSON", () => {
  test("comments and trailing commas are part of the format", () => {
    const text = withFields({})
      .replace("[4]", "[4, /* four */] // inputs\n")
      .replace('"gaussian"', '"gaussian",');
    assertGood(text);
  });

  test("mistakes have a range, a sentence and, where it can be guessed, a fix", () => {
    const cases: readonly (readonly [string, string])[] = [
      ['{ "models": «} »'.replace("} »", "}»"), 'expected a value, found "}"'],
      ['{ "models": «»', "expected a value, found the end of the file"],
      ['{ "models": { } «', 'expected "}", found the end of the file'],
      ['{ "models" «1» }', 'expected ":" after the name, found "1"'],
      ['{ "models": {} «"version"»: 1 }', 'expected "," before "version"'],
      ["{ «models»: {} }", '"models" is not JSON: did you mean "models"?'],
      ['{ "models": «True» }', '"True" is not JSON: did you mean true?'],
      ['{ "models": «NaN» }', '"NaN" is not JSON'],
      ['{ "models": «"abc', "this text is not closed: it ends with a double quote on the same line"],
      ['{ "models": {} } «x»', '"x" is not JSON'],
      ["{ «/* open", "this comment is not closed"],
      ['{ "models": «1.» }', '"1." is not a complete number'],
    ];
    for (const [marked, message] of cases) {
      const { text, ranges } = unmark(marked.endsWith("»") || marked.includes("»") ? marked : `${marked}»`);
      const [first] = parse(text).problems.filter(({ code }) => code === "json.syntax");
      assert.deepEqual({ offset: first.offset, length: first.length }, ranges[0], marked);
      assert.ok(first.message.startsWith(message), `${marked}: ${first.message}`);
    }
    assert.equal(fixed("{ models: {} }"), '{ "models": {} }');
  });

  test("an empty file says what is expected", () => {
    assert.deepEqual(
      parse("").problems.map(({ message }) => message),
      ["expected a value, found the end of the file"],
    );
  });

  test("a file that is not whole runs no model, but its layers are known", () => {
    const whole = withLayers(linear);
    const { models, problems } = parse(whole.slice(0, whole.indexOf('"loss"')));
    assert.equal(models[0].spec, undefined);
    assert.deepEqual(models[0].declarations[0].paths, ["0"]);
    assert.deepEqual([...new Set(problems.map(({ code }) => code))], ["json.syntax"]);
  });

  test("a syntax error does not hide the others", () => {
    assertProblems(withLayers('{ "type": «"Rlu"» }').replace('"MSELoss", "data"', '"MSELoss" «"data"»'), [
      'unknown layer type "Rlu": did you mean "ReLU"?',
      'expected "," before "data"',
    ]);
  });

  test("a number that is too large is not finite, and nothing else is said of it", () => {
    assertProblems(withLayers('{ "type": "Linear", "out_features": «1e999» }'), [
      "1e999 is not a finite number",
    ]);
    assertProblems(withFields({ input: "[«-1e999»]" }), ["-1e999 is not a finite number"]);
  });

  test("a name that is given twice is reported at the second", () => {
    assertProblems('{ "models": {}, «"models"»: «{}» }', [
      '"models" is given twice in this object: the last one counts',
      "models: expected at least one model, found none",
    ]);
  });

  test("each problem has its JSON path", () => {
    const { problems } = parse(
      withLayers(`${linear}, { "type": "Linear", "out_features": 0 }`, { train: '{ "step": 1 }' }),
    );
    assert.deepEqual(
      problems.map(({ path }) => path.join("/")),
      ["models/m/layers/1/out_features", "models/m/train/step"],
    );
    const [{ path }] = parse(withLayers('{ "type": Linear }')).problems;
    assert.equal(path.slice(0, 4).join("/"), "models/m/layers/0");
  });
});

suite("dangerous texts", () => {
  test("a large file is not parsed", () => {
    const [problem, ...more] = parse(" ".repeat(50_000_000)).problems;
    assert.equal(problem.message, "the file has 50,000,000 characters, but at most 2,097,152 are read");
    assert.deepEqual(more, []);
  });

  test("deep nesting is found before the parser runs out of stack, also between mistakes", () => {
    for (const open of ["[", '{"a":', '{"a":{],', '["]",', "/*[*/[", "//{\n{"]) {
      const text = open.repeat(5000);
      const [problem, ...more] = parse(text).problems;
      assert.equal(problem.message, "brackets are nested more than 200 deep here", open);
      assert.match(text.slice(problem.offset, problem.offset + problem.length), /^[[{]$/);
      assert.deepEqual(more, []);
    }
  });

  test("brackets in texts and comments are not nested", () => {
    const many = "[{".repeat(500);
    assertGood(`/* ${many} */ ${withFields({ weights: `"${many}\\""` })} // ${many}`);
  });

  test("a hundred blocks within blocks are fine", () => {
    const blocks = 98; // an object and a list each; the file, its models, the model and its layers are four more
    assertGood(withLayers(`${'{ "layers": ['.repeat(blocks)}${"] }".repeat(blocks)}, ${linear}`));
  });
});
