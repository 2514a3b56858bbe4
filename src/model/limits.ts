/** What a model file may ask for at most. All are checked before anything of that size is allocated. */
export const LIMITS = {
  /** Characters of a file: 20,000 layers written out at 100 characters each. */
  characters: 2 * 1024 * 1024,
  /** Brackets within brackets: a hundred blocks within blocks, far from the end of any stack. */
  nesting: 200,
  /** Fields of one object, so models of one file, too. Nobody writes them by hand, and `extends` copies them. */
  fields: 1_000,
  /** Copies that one `repeat` makes. */
  repeat: 10_000,
  /** Rows of a frame: at 17 statistics of 8 bytes, 2.7 MB a step. */
  layers: 20_000,
  /** Rows of all models of a file: each is made anew at every key that the user presses. */
  layersOfFile: 100_000,
  /** Trainable values: with gradient and two moments of Adam in single precision, 2 GB. */
  parameters: 2 ** 27,
  /** Elements of all outputs for one batch: 1 GB in single precision, as much again for their gradients. */
  activations: 2 ** 28,
  /** Samples of a batch. */
  batch: 2 ** 20,
  /** Training steps: a day at a thousand a second. */
  steps: 10 ** 8,
  /** Problems of a file: VS Code shows no more. */
  problems: 1_000,
} as const;
