import { generated } from "./data.ts";
import { allocate, checkSize, targetShape, width } from "./fit.ts";
import { common } from "./labelled.ts";

export const gaussian = generated({
  doc: "Random inputs and targets that have nothing to do with each other, for probing a model at its start: `torch.randn`, classes by `torch.randint`.",
  params: common,

  check({ samples }, required) {
    checkSize(samples, required.input);
    checkSize(samples, targetShape(required));
  },

  generate(generator, { samples }, required) {
    const inputs = allocate(samples, required.input);
    if (required.ids === undefined) generator.normal(inputs, 0, 1);
    else generator.randint(0, required.ids, inputs);

    const target = targetShape(required);
    const targets = allocate(samples, target);
    switch (required.targets) {
      case "class":
        generator.randint(0, width(required), targets);
        break;
      case "binary":
        generator.randint(0, 2, targets);
        break;
      case "number":
        generator.normal(targets, 0, 1);
        break;
      default:
        required.targets satisfies never;
    }
    return { samples, input: required.input, inputs, target, targets };
  },
});
