import { tuple } from "../python.ts";
import { type Helper, labels, type Samples, shaped, written } from "./code.ts";

/** As the engine does it, in double precision. */
export const JITTER: Helper = {
  imports: [],
  text: `def jittered(x, std, generator):
    """x and normal noise."""
    noise = torch.randn(x.shape, generator=generator)
    return (x + std * noise.double()).float()`,
};

interface Noisy extends Samples {
  readonly noise: number;
}

export const xor = written<Noisy>(({ samples, noise }, required) => ({
  lines: [
    `i = torch.arange(${samples})`,
    "a, b = i // 2 % 2, i % 2",
    `inputs = jittered(torch.stack([a, b], dim=1), ${noise}, generator)`,
    "ids = a ^ b",
    ...labels(samples, required),
  ],
  helpers: [JITTER],
}));

interface Spiral extends Noisy {
  readonly classes: number;
  readonly turns: number;
}

export const spiral = written<Spiral>(({ samples, noise, classes, turns }, required) => ({
  imports: ["math"],
  lines: [
    `ids = torch.arange(${samples}) % ${classes}`,
    `radius = torch.rand(${samples}, generator=generator).double().sqrt()`,
    `noise = torch.randn(${samples}, generator=generator).double()`,
    `angle = 2 * math.pi * (${turns} * radius + ids.double() / ${classes}) + ${noise} * noise`,
    "inputs = torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1).float()",
    ...labels(samples, required),
  ],
}));

interface Circles extends Noisy {
  readonly factor: number;
}

export const circles = written<Circles>(({ samples, noise, factor }, required) => ({
  imports: ["math"],
  lines: [
    `ids = torch.arange(${samples}) % 2`,
    `angle = 2 * math.pi * torch.rand(${samples}, generator=generator).double()`,
    `radius = torch.tensor([1, ${factor}], dtype=torch.float64)[ids]`,
    "circles = torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1).float()",
    `inputs = jittered(circles, ${noise}, generator)`,
    ...labels(samples, required),
  ],
  helpers: [JITTER],
}));

export const two_moons = written<Noisy>(({ samples, noise }, required) => ({
  imports: ["math"],
  lines: [
    `ids = torch.arange(${samples}) % 2`,
    `angle = math.pi * torch.rand(${samples}, generator=generator).double()`,
    "upper = torch.stack([angle.cos(), angle.sin()], dim=1)",
    "lower = torch.stack([1 - angle.cos(), 0.5 - angle.sin()], dim=1)",
    "moons = torch.where(ids[:, None] == 0, upper, lower).float()",
    `inputs = jittered(moons, ${noise}, generator)`,
    ...labels(samples, required),
  ],
  helpers: [JITTER],
}));

interface Blobs extends Samples {
  readonly centers?: number;
  readonly cluster_std: number;
}

export const blobs = written<Blobs>(({ samples, centers, cluster_std }, required) => {
  const count = centers ?? Math.max(2, required.output.at(-1) ?? 0);
  return {
    lines: [
      `ids = torch.arange(${samples}) % ${count}`,
      `centers = torch.empty${tuple([count, ...required.input])}.uniform_(-10, 10, generator=generator)`,
      `inputs = jittered(centers[ids], ${cluster_std}, generator)`,
      ...labels(samples, required),
    ],
    helpers: [JITTER],
  };
});

export const parity = written<Samples>(({ samples }, required) => ({
  lines: [
    `bits = torch.randint(0, 2, ${shaped(samples, required.input)}, generator=generator)`,
    `inputs = bits${required.ids === undefined ? ".float()" : ""}`,
    "ids = bits.flatten(1).sum(dim=1) % 2",
    ...labels(samples, required),
  ],
}));

interface Sine extends Noisy {
  readonly frequency: number;
}

export const regression_sine = written<Sine>(({ samples, noise, frequency }, { input, output }) => ({
  imports: ["math"],
  lines: [
    `inputs = torch.empty${shaped(samples, input)}.uniform_(-math.pi, math.pi, generator=generator)`,
    `sine = torch.sin(${frequency} * inputs.double()).float()`,
    `targets = jittered(sine, ${noise}, generator).reshape${shaped(samples, output)}`,
  ],
  helpers: [JITTER],
}));

export const gaussian = written<Samples>(({ samples }, required) => {
  const { input, output, targets, ids } = required;
  const inputs = shaped(samples, input);
  const target = shaped(samples, targets === "class" ? output.slice(0, -1) : output);
  const classes = targets === "class" ? (output.at(-1) ?? 1) : 2;
  return {
    lines: [
      ids === undefined
        ? `inputs = torch.randn(${inputs}, generator=generator)`
        : `inputs = torch.randint(0, ${ids}, ${inputs}, generator=generator)`,
      targets === "number"
        ? `targets = torch.randn(${target}, generator=generator)`
        : `targets = torch.randint(0, ${classes}, ${target}, generator=generator)` +
          (targets === "binary" ? ".float()" : ""),
    ],
  };
});
