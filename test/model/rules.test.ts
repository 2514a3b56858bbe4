import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { declaredModel } from "../../src/engine/graph/declaredModel.ts";
import { modulesOf } from "../../src/engine/spec.ts";
import { parse } from "../../src/model/parse.ts";
import { deadRelu } from "../../src/insight/findings/deadRelu.ts";
import { findings } from "../../src/insight/findings/index.ts";
import { valuesOf } from "../../src/insight/findings/thresholds.ts";
import { rulesOfSettings } from "../../src/model/rules.ts";
import { rulesOver } from "../../src/protocol/rules.ts";

const fileWith = (rules: unknown, more: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({
    version: 1,
    models: {
      m: {
        input: [2],
        layers: [{ type: "Linear", out_features: 1 }],
        loss: "MSELoss",
        data: { type: "xor" },
        rules,
        ...more,
      },
    },
  });

const messages = (rules: unknown): readonly string[] =>
  parse(fileWith(rules)).problems.map(({ message }) => message);

suite("rules of a model", () => {
  test("turn a finding off, and give another a threshold of the model's own", () => {
    const rules = { "dead-relu": "off", collapse: { spread: 0.05 } };
    const { models, problems } = parse(fileWith(rules));
    assert.deepEqual(problems, []);
    assert.deepEqual(models[0]?.spec?.rules, rules);
  });

  test("may name every finding", () => {
    assert.deepEqual(messages(Object.fromEntries(findings.map(({ id }) => [id, "off"]))), []);
  });

  test("of a finding that is not there are a problem, with the one that was meant", () => {
    assert.deepEqual(messages({ "dead-rely": "off" }), [
      'unknown parameter "dead-rely" of rules: did you mean "dead-relu"?',
    ]);
  });

  test("of a threshold that is not there, or of anything else, say what is expected", () => {
    const expected = 'expected "off", or an object with numbers of at least 0 as "share", "growth", "most"';
    assert.deepEqual(messages({ "dead-relu": { shore: 0.5 } }), [
      `dead-relu: ${expected} ("shore" is not one), found an object`,
    ]);
    assert.deepEqual(messages({ "dead-relu": "on" }), [`dead-relu: ${expected}, found "on"`]);
    assert.deepEqual(messages({ "zero-gradient": 1 }), ['zero-gradient: expected "off", found 1']);
    assert.match(messages("off")[0] ?? "", /^rules: expected an object with ids of findings/);
  });

  test("are handed down by extends", () => {
    const text = JSON.stringify({
      version: 1,
      models: {
        ...(JSON.parse(fileWith({ collapse: "off" })) as { models: object }).models,
        variant: { extends: "m", rules: { dropout: "off" } },
      },
    });
    const variant = parse(text).models.find(({ name }) => name === "variant");
    assert.deepEqual(variant?.spec?.rules, { collapse: "off", dropout: "off" });
  });

  test("leave the other thresholds as they are", () => {
    assert.deepEqual(valuesOf(deadRelu, { "dead-relu": { share: 0.8 } }), {
      share: 0.8,
      growth: 0.3,
      most: 0.75,
    });
    assert.deepEqual(valuesOf(deadRelu, {}), { share: 0.5, growth: 0.3, most: 0.75 });
  });
});

suite("rules of the settings", () => {
  test("are those of a model file", () => {
    const rules = { "dead-relu": "off", collapse: { spread: 0.05 } };
    assert.deepEqual(rulesOfSettings(rules), { rules, problems: [] });
    assert.deepEqual(rulesOfSettings(undefined), { rules: {}, problems: [] });
  });

  test("hold as far as they can be read, and what cannot is named", () => {
    const expected = 'expected "off", or an object with numbers of at least 0 as "share", "growth", "most"';
    assert.deepEqual(
      rulesOfSettings({ "dead-rely": "off", "dead-relu": { share: "half" }, collapse: "off", __proto__: 1 }),
      {
        rules: { collapse: "off" },
        problems: [
          'there is no finding "dead-rely": did you mean "dead-relu"?',
          `dead-relu: ${expected} ("share" is not one), found {"share":"half"}`,
        ],
      },
    );
    assert.deepEqual(rulesOfSettings(JSON.parse('{ "constructor": "off", "__proto__": "off" }')), {
      rules: {},
      problems: ['there is no finding "constructor"', 'there is no finding "__proto__"'],
    });
    assert.deepEqual(rulesOfSettings(["off"]).problems, [
      'expected an object with ids of findings, found ["off"]',
    ]);
  });

  test("stand under a model's own, threshold by threshold", () => {
    const general = {
      "dead-relu": { share: 0.6, growth: 0.4 },
      collapse: "off",
      dropout: "off",
      saturation: { share: 0.6 },
    } as const;
    const own = { "dead-relu": { share: 0.9 }, collapse: { spread: 0.2 }, saturation: "off" } as const;
    assert.deepEqual(rulesOver(own, general), {
      "dead-relu": { share: 0.9, growth: 0.4 },
      collapse: { spread: 0.2 },
      dropout: "off",
      saturation: "off",
    });
    assert.deepEqual(rulesOver({}, general), general);
    assert.deepEqual(rulesOver(own, {}), own);
  });
});

suite("a model as it is declared", () => {
  const layers = [
    { type: "Linear", out_features: 3, init: "xavier_uniform" },
    {
      type: "Residual",
      name: "res",
      layers: [{ type: "Linear", out_features: 1 }, { type: "ReLU" }],
      shortcut: "projection",
    },
  ];
  const spec = parse(fileWith({}, { layers, clip_grad_norm: 2 })).models[0]?.spec;
  assert.ok(spec);
  const declared = declaredModel(spec);

  test("has the rows of a frame, in order", () => {
    assert.deepEqual(
      declared.rows.map(({ path }) => path),
      Array.from(modulesOf(spec.layers), ({ path }) => path),
    );
  });

  test("says which Residual blocks a row lies in, and whether in the shortcut", () => {
    assert.deepEqual(
      declared.rows.map(({ path, within }) => [path, within]),
      [
        ["0", []],
        ["res.0", ["res"]],
        ["res.1", ["res"]],
        ["res.shortcut", ["res", "res.shortcut"]],
        ["res", []],
      ],
    );
  });

  test("has the arguments with their defaults, and what clips the gradient", () => {
    assert.deepEqual(declared.rows[0]?.params, { out_features: 3, bias: true });
    assert.equal(declared.rows[0]?.init?.type, "xavier_uniform");
    assert.equal(declared.optimizer.type, "SGD");
    assert.equal(declared.clip_grad_norm, 2);
  });
});
