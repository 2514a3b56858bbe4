import { type Samples, shaped, written } from "./code.ts";

export const adding_problem = written<Samples>(({ samples }, { input: [steps], output }) => {
  const half = Math.floor(steps / 2);
  return {
    lines: [
      `values = torch.rand(${samples}, ${steps}, generator=generator)`,
      `first = torch.randint(0, ${half}, (${samples},), generator=generator)`,
      `second = torch.randint(${half}, ${steps}, (${samples},), generator=generator)`,
      `i = torch.arange(${samples})`,
      `markers = torch.zeros(${samples}, ${steps})`,
      "markers[i, first] = 1",
      "markers[i, second] = 1",
      "inputs = torch.stack([values, markers], dim=2)",
      `targets = (values[i, first] + values[i, second]).reshape${shaped(samples, output)}`,
    ],
  };
});

export const copy_memory = written<Samples>(({ samples }, { input, output, targets, ids }) => {
  const oneHot = (symbols: string): string => `nn.functional.one_hot(${symbols}, 10).float()`;
  const plain = ids === undefined ? "symbols.float()" : "symbols";
  return {
    lines: [
      `remembered = torch.randint(0, 8, (${samples}, 10), generator=generator)`,
      `symbols = torch.full((${samples}, ${input[0]}), 8)  # blanks`,
      "symbols[:, :10] = remembered",
      "symbols[:, -11] = 9  # the sign to repeat them",
      `answers = torch.full((${samples}, ${output[0]}), 8)`,
      "answers[:, -10:] = remembered",
      `inputs = ${input.length === 2 ? oneHot("symbols") : plain}`,
      `targets = ${targets === "class" ? "answers" : oneHot("answers")}`,
    ],
  };
});
