import { generated } from "./data.ts";
import { allocate, checkSize, targetShape, width } from "./fit.ts";
import { common } from "./labelled.ts";

export const gaussian = generated({
  doc: "Random inputs and targets that have nothing to do with each other, for probing a model at its start: `torch.randn`, classes by `torch.randint`.",
  params: common,

  check({ samples }, wants) {
    checkSize(samples, wants.input);
    checkSize(samples, targetShape(wants));
  },

  generate(generator, { samples }, wants) {
    const inputs = allocate(samples, wants.input);
    if (wants.ids === undefined) generator.normal(inputs, 0, 1);
    else generator.randint(0, wants.ids, inputs);

    const target = targetShape(wants);
    const targets = allocate(samples, target);
    switch (wants.targets) {
      case "class":
        generator.randint(0, width(wants), targets);
        break;
      case "binary":
        generator.randint(0, 2, targets);
        break;
      case "number":
        generator.normal(targets, 0, 1);
        break;
      default:
        wants.targets satisfies never;
    }
    return { samples, input: wants.input, inputs, target, targets };
  },
});
