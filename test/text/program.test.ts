import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { torchImport } from "../../src/text/program.ts";

suite("a program", () => {
  test("imports PyTorch at the first line that says so", () => {
    assert.equal(torchImport('"""import torch"""\n\nimport math\nimport torch\nfrom torch import nn\n'), 3);
    assert.equal(torchImport("try:\n    from torch.nn import Linear\nexcept ImportError:\n    pass\n"), 1);
    assert.equal(torchImport("import torch as t\r\n"), 0);
  });

  test("may import something else, or nothing", () => {
    assert.equal(torchImport("import torchvision\nfrom torchtext import data\n# import torch\n"), undefined);
    assert.equal(torchImport(""), undefined);
  });
});
