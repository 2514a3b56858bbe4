import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parse } from "../../src/model/parse.ts";
import { exportModel } from "../../src/pytorch/export.ts";
import { type NumericOption, numericOptions } from "../support/numericOptions.ts";

const FLOAT = /^-?(\d+\.\d+(e[+-]?\d+)?|\d+e[+-]?\d+)$/;

/** The program of a model; `undefined` where the model is refused. */
function programOf(model: object): string | undefined {
  const spec = parse(JSON.stringify({ models: { m: model } })).models[0]?.spec;
  return spec && exportModel(spec);
}

/** The values that a program gives an argument: the items of a tuple, or the one number. */
function valuesOf(program: string, name: string): readonly string[] {
  const given = [...program.matchAll(new RegExp(`[(, ]${name}=(\\([^)]*\\)|[^,)\\n]+)`, "g"))];
  return given.flatMap(([, value]) => value.replace(/[()]/g, "").split(",")).map((value) => value.trim());
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : [value]);

/** Fails where a float is written as an integer of Python, or not as the number that it is. */
function checkFloats(
  program: string,
  { name, value, fallback }: NonNullable<NumericOption["argument"]>,
): void {
  const found = valuesOf(program, name);
  if (found.length === 0) return assert.deepEqual(list(value), list(fallback), `${name} is missing`);
  for (const text of found) assert.match(text, FLOAT);
  assert.ok(list(value).every((number) => found.some((text) => Number(text) === number)));
}

suite("numbers in an exported program", () => {
  // A forget gate's bias is no argument: what it does is written out.
  const floats = numericOptions.filter(
    ({ argument }) => argument?.isFloat && argument.name !== "forget_bias",
  );
  const types = new Map(floats.map((option) => [option.name.replace(/ = .*/, ""), option]));

  for (const what of types.keys()) {
    test(`${what} is written as a Python float, whatever its value`, () => {
      let written = 0;
      for (const { name, model, argument } of floats) {
        const program = name.startsWith(`${what} = `) ? programOf(model) : undefined;
        if (program === undefined || !argument) continue;
        checkFloats(program, argument);
        written++;
      }
      assert.ok(written > 3, `only ${written} values are taken`);
    });
  }

  test("forget_bias is written as a Python float, whatever its value", () => {
    let written = 0;
    for (const { name, model, argument } of numericOptions) {
      if (argument?.name !== "forget_bias") continue;
      const program = programOf(model) ?? "";
      for (const [, bias, text = ""] of program.matchAll(
        /constant_\(layer\.bias_(ih|hh)_l\d\[\d+:\d+\], (.*)\)/g,
      )) {
        assert.match(text, FLOAT, name);
        assert.equal(Number(text), bias === "ih" ? argument.value : 0);
        written++;
      }
    }
    assert.ok(written > 3, `only ${written} values are taken`);
  });

  for (const field of ["max_norm", "norm_type", "clip_grad_value"]) {
    test(`${field} is written as a Python float, whatever its value`, () => {
      for (const { name, model } of numericOptions) {
        const program = name.startsWith(`${field} = `) ? programOf(model) : undefined;
        const [, found] = /clip_grad_\w+_\(model\.parameters\(\), ([^)]*)\)/.exec(program ?? "") ?? [];
        for (const text of found?.split(/, (?:norm_type=)?/) ?? []) assert.match(text, FLOAT);
      }
    });
  }

  test("are integers where PyTorch counts", () => {
    for (const { model, argument } of numericOptions) {
      if (!argument || argument.isFloat) continue;
      for (const text of valuesOf(programOf(model) ?? "", argument.name))
        assert.match(text, /^("|None$|-?\d+$)/);
    }
  });

  test("are floats in Adam's betas where they are whole", () => {
    const optimizer = { type: "Adam", betas: [0, 0.9] };
    const layers = [{ type: "Linear", out_features: 1 }];
    const program = programOf({
      input: [2],
      layers,
      loss: "BCEWithLogitsLoss",
      optimizer,
      data: { type: "xor" },
    });
    assert.ok(program?.includes("torch.optim.Adam(model.parameters(), betas=(0.0, 0.9))"));
  });
});
