import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { CONTROL, CONTROL_BYTES } from "../../src/engine/runtime/workerLoop.ts";
import { VARIANTS } from "../../src/engine/kernels/convDescriptor.ts";
import { HIST_BINS, HIST_OFFSET } from "../../src/protocol/frame.ts";
import { constantIn } from "../support/constants.ts";

const assembly = (file: string) => (name: string) => constantIn(`assembly/${file}.ts`, name);

/** The bias of an exponent in an f32. */
const BIAS = 127;

suite("numbers that both languages write", () => {
  test("rows are added up by as many columns as the kernel takes at a time", () => {
    assert.equal(
      constantIn("compile/backward.ts", "COLUMNS"),
      assembly("activation/instrumentedRows")("WIDTH"),
    );
  });

  test("convolutions are computed in the variant that was chosen", () => {
    const convolution = assembly("conv/conv");
    assert.equal(VARIANTS[convolution("DIRECT")], "direct");
    assert.equal(VARIANTS[convolution("WINOGRAD")], "winograd");
  });

  test("a histogram has the bins of a frame, and begins with the same exponent", () => {
    const histogram = assembly("statistics/histogram");
    assert.equal(histogram("BINS"), HIST_BINS);
    assert.equal(histogram("FIRST"), BIAS - HIST_OFFSET);
  });

  test("a barrier's words fit into what is left for them", () => {
    const threads = assembly("runtime/barrier");
    const word = 4;
    for (const name of ["GENERATION", "ASLEEP"]) {
      assert.ok(CONTROL.barrier + threads(name) + word <= CONTROL_BYTES, name);
    }
  });

  test("SELU has the coefficients of the reference, as an f32 holds them", () => {
    for (const name of ["SELU_ALPHA", "SELU_SCALE"]) {
      const reference = constantIn("activations/rectifiers.ts", name);
      assert.equal(Math.fround(assembly("activation/activations")(name)), Math.fround(reference), name);
    }
  });
});
