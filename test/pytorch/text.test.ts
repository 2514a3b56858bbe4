import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parse } from "../../src/model/parse.ts";
import { exportModel } from "../../src/pytorch/export.ts";
import { className } from "../../src/pytorch/names.ts";
import { listed } from "../../src/pytorch/paths.ts";
import { literal } from "../../src/pytorch/python.ts";

function programOf(fields: object, name = "deep-tanh"): string {
  const model = {
    input: [2],
    layers: [{ type: "Linear", out_features: 1 }],
    loss: "MSELoss",
    data: { type: "gaussian", samples: 64 },
    ...fields,
  };
  const { models, problems } = parse(JSON.stringify({ models: { [name]: model } }));
  assert.deepEqual(problems, []);
  assert.ok(models[0].spec);
  return exportModel(models[0].spec);
}

/** The part of a program from one line up to, not including, another. */
const part = (program: string, from: string, to: string): string =>
  program.slice(program.indexOf(from), program.indexOf(to)).trimEnd();

suite("the text of an exported program", () => {
  test("builds the model in the order of definition, and trains it", () => {
    const program = programOf({
      init: "xavier_uniform",
      layers: [
        { repeat: 20, name: "block", layers: [{ type: "Linear", out_features: 64 }, { type: "Tanh" }] },
        { type: "Linear", name: "head", out_features: 1 },
      ],
      clip_grad_norm: 1,
      lr_scheduler: { type: "ExponentialLR", gamma: 0.9 },
    });
    assert.equal(
      part(program, "class DeepTanh", "def load_data"),
      `class DeepTanh(nn.Sequential):
    """From [2] to [1], behind the batch."""

    def __init__(self):
        super().__init__(OrderedDict({
            "block": nn.Sequential(
                nn.Sequential(nn.Linear(2, 64), nn.Tanh()),
                *(nn.Sequential(nn.Linear(64, 64), nn.Tanh()) for _ in range(19)),
            ),
            "head": nn.Linear(64, 1),
        }))


def initialise(model):
    """Sets the weights that do not start as PyTorch's modules do, in their order."""
    for path in [*(f"block.{i}.0" for i in range(20)), "head"]:
        layer = model.get_submodule(path)
        nn.init.xavier_uniform_(layer.weight)


def build_model():
    """The model with the weights that training starts from."""
    torch.manual_seed(SEED)
    model = DeepTanh()
    initialise(model)
    return model`,
    );
    assert.equal(
      part(program, "def train", "def watched"),
      `def train(model):
    """Yields each step's number and the loss before its update."""
    generator = torch.Generator().manual_seed(SEED)  # draws the data and their order
    inputs, targets = (tensor.to(DEVICE) for tensor in load_data(generator))
    model.to(DEVICE)
    parallel = nn.parallel.DistributedDataParallel(model) if WORLD > 1 else model
    loss_function = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.9)

    model.train()
    for step, batch in zip(range(1, STEPS + 1), batches(len(inputs), generator)):
        part = batch.tensor_split(WORLD)[RANK]  # of this process
        optimizer.zero_grad()
        loss = loss_function(parallel(inputs[part]), targets[part])
        loss = loss * (len(part) * WORLD / len(batch))  # their mean is the batch's loss
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        scheduler.step()
        yield step, mean(loss)`,
    );
  });

  test("calls recurrent and attention layers by classes that give one tensor", () => {
    const program = programOf({
      input: [6, 4],
      layers: [
        { type: "LSTM", hidden_size: 4, output: "sequence", truncate: 3 },
        { type: "MultiheadAttention", num_heads: 2, causal: true },
        { type: "TransformerEncoderLayer", nhead: 2, causal: true, dim_feedforward: 8 },
        { type: "GRU", hidden_size: 1 },
      ],
    });
    const model = part(program, "class DeepTanh", "def build_model");
    assert.match(model, /\bLSTM\(4, 4, batch_first=True, output="sequence", truncate=3\)/);
    assert.match(model, /\bSelfAttention\(4, 2, batch_first=True, causal=True\)/);
    assert.match(model, /\bCausalEncoderLayer\(4, 2, dim_feedforward=8, batch_first=True\)/);
    assert.match(model, /\bGRU\(4, 1, batch_first=True\)/);
    assert.ok(program.includes("class LSTM(Recurrent, nn.LSTM):"));
  });

  test("keeps lines within 100 columns, however long a layer", () => {
    const conv = {
      type: "Conv2d",
      out_channels: 16,
      kernel_size: [3, 5],
      stride: [2, 1],
      padding: [1, 2],
      dilation: 2,
    };
    const program = programOf({
      input: [3, 40, 40],
      layers: [
        {
          type: "Residual",
          layers: [conv, { type: "BatchNorm2d", momentum: 0.25, eps: 0.001 }],
          shortcut: [conv],
        },
        { type: "Flatten" },
        { type: "Linear", out_features: 1 },
      ],
    });
    assert.deepEqual(
      program.split("\n").filter((line) => line.length > 100),
      [],
    );
  });

  test("says that masks differ where a layer draws them, and only there", () => {
    const layers = (more: object) => [{ type: "Linear", out_features: 4 }, more];
    const note = /But for dropout/;
    assert.match(programOf({ layers: layers({ type: "Dropout" }) }), note);
    assert.doesNotMatch(programOf({ layers: layers({ type: "Dropout", p: 0 }) }), note);
    assert.match(
      programOf({
        input: [3, 4],
        layers: [{ type: "TransformerEncoderLayer", nhead: 1, dim_feedforward: 8 }],
      }),
      note,
    );
  });
});

suite("a text from the model file within a program", () => {
  const hostile = '"""\n"); import os  # \u2028\r${x}{y}\u202e\0\ud800';

  /** Every line of a program that has the letters of the text. */
  const linesWith = (program: string): readonly string[] =>
    program.split(/[\n\r\u2028]/).filter((line) => line.includes("import os"));

  test("stays within its literal and its docstring", () => {
    const program = programOf(
      { data: { type: "csv", path: hostile, target: hostile, columns: [hostile, 3] } },
      hostile,
    );
    const lines = linesWith(program);
    assert.equal(lines.length, 4); // the docstring, the path, the target, the columns
    const escaped = String.raw`\"\"\"\n\"); import os  # \u2028\r${"${x}"}{y}\u202e\u0000\ud800`;
    for (const line of lines) assert.ok(line.includes(escaped), line);
  });

  test("fills neither the docstring nor the class where it is long", () => {
    const program = programOf({}, `deep-${"x".repeat(100_000)}`);
    assert.match(program, /^The model "deep-x{25}…x{29}", exported by GradLens/m);
    assert.match(program, /^class DeepX+x*\(nn\.Sequential\):$/m);
    assert.ok(program.split("\n").every((one) => one.length <= 120));
  });

  test("is a literal that JSON reads as well", () => {
    assert.equal(literal("naïve 你好"), '"naïve 你好"');
    assert.equal(JSON.parse(literal(hostile)), hostile);
    assert.equal(literal("\u{e0041}"), '"\\U000e0041"');
  });

  test("of a path has slashes only", () => {
    const program = programOf({ data: { type: "csv", path: "data\\x.csv", target: 2 } });
    assert.ok(program.includes('table("data/x.csv")'));
  });
});

suite("the class of a model", () => {
  const cases: readonly (readonly [name: string, expected: string])[] = [
    ["deep-tanh", "DeepTanh"],
    ["relu he 2", "ReluHe2"],
    ["20 layers", "Model20Layers"],
    ["模型", "Model"],
    ["", "Model"],
    ["residual", "ResidualModel"],
    ["LSTM", "LSTMModel"],
    ["SEED", "SEEDModel"],
    ["none", "NoneModel"],
  ];
  for (const [name, expected] of cases) {
    test(`${JSON.stringify(name)} is ${expected}`, () => {
      assert.equal(className(name), expected);
    });
  }
});

suite("a list of paths", () => {
  test("has a loop for repeated blocks", () => {
    const block = (i: number) => [`block.${i}.0`, `block.${i}.3`];
    assert.deepEqual(listed(["stem", ...[0, 1, 2].flatMap(block), "head"]), [
      '"stem"',
      '*(f"block.{i}.{j}" for i in range(3) for j in ("0", "3"))',
      '"head"',
    ]);
    assert.deepEqual(listed(["fc.2", "fc.3", "fc.4"]), ['*(f"fc.{i}" for i in range(2, 5))']);
    assert.deepEqual(listed(["0", "2"]), ['"0"', '"2"']);
  });

  test("stands for the same paths", () => {
    const paths = ["0", "1", "2", "a.0.0", "a.0.1.x", "a.1.0", "a.1.1.x", "a.2.0", "b"];
    const items = listed(paths);
    assert.deepEqual(items, [
      '*(f"{i}" for i in range(3))',
      '*(f"a.{i}.{j}" for i in range(2) for j in ("0", "1.x"))',
      '"a.2.0"',
      '"b"',
    ]);
  });
});
