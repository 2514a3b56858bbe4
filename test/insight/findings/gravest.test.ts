import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { gravest } from "../../../src/insight/findings/gravest.ts";

const error = { severity: "error" } as const;
const warning = { severity: "warning" } as const;
const remark = { severity: "info" } as const;
const effect = { ...error, cause: "constant-init" } as const;

suite("the gravest finding", () => {
  test("is the first error, else the first warning", () => {
    assert.equal(gravest([warning, error, { ...error }]), error);
    assert.equal(gravest([remark, warning, { ...warning }]), warning);
  });

  test("is neither a remark nor the effect of another", () => {
    assert.equal(gravest([remark, effect]), undefined);
    assert.equal(gravest([effect, warning]), warning);
  });
});
