import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { modelFile, workloads } from "../../bench/workloads.ts";
import { layers } from "../../src/engine/layers/index.ts";
import { layOut } from "../../src/engine/compile/parameterLayout.ts";
import { targetShape } from "../../src/engine/losses/loss.ts";
import { losses } from "../../src/engine/losses/index.ts";
import { entryOf } from "../../src/engine/runtime/compiledModel.ts";
import { type Needed, neededFloats } from "../../bench/needed.ts";
import { buildNetwork } from "../../src/engine/graph/network.ts";
import { optimizers } from "../../src/engine/optimizers/index.ts";
import { compile } from "../../src/engine/compile/compile.ts";
import { sizeOf } from "../../src/engine/tensor.ts";
import { parse } from "../../src/model/parse.ts";

/** How much of what is needed a plan takes. */
const MOST = 1.3;

function arenaOf(name: keyof typeof workloads): { readonly floats: number; readonly needed: Needed } {
  const spec = parse(modelFile(name)).models[0]?.spec;
  assert.ok(spec);
  const loss = entryOf(losses, spec.loss);
  const targets = sizeOf(targetShape(loss.targets, spec.output));
  const states = entryOf(optimizers, spec.optimizer).state(spec.optimizer.params);
  const layout = layOut(spec, layers, states.length);
  const network = buildNetwork(spec, spec.train.batch_size, true);
  const record: Parameters<typeof compile>[1]["loss"] = (k, places) =>
    loss.record(k, places, spec.loss.params);
  const { floats } = compile(network, { layout, table: layers, loss: record, targets });
  return { floats, needed: neededFloats(network, layout, targets) };
}

suite("the arena of a training step", () => {
  for (const name of Object.keys(workloads) as (keyof typeof workloads)[]) {
    test(`${name} takes at most ${MOST} times what the step cannot do without`, () => {
      const { floats, needed } = arenaOf(name);
      // A plain RNN keeps nothing but its output, beside which the output's gradient is half of all there is.
      const least = needed.lasting + needed.kept + (name === "W7" ? needed.gradient : 0);
      assert.ok(floats <= MOST * least, `${floats} of ${least}: ${floats / least}`);
      assert.ok(floats >= least, `${floats} cannot hold ${least}`);
    });
  }
});
