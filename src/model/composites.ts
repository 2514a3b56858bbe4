/** What a layer's entry may say besides its type's parameters. */
export const ENTRY_FIELDS = ["type", "name", "repeat", "init", "bias_init"] as const;

/** Layer types that are made of layers: what they mean, and the fields that they have instead of parameters. */
export const composites = {
  Sequential: {
    doc: "Layers one after the other. An entry with `layers` and no `type` is one, too.",
    fields: ["layers"],
  },
  Residual: {
    doc: "`y = layers(x) + shortcut(x)`. Both must give the same shape (He, Zhang, Ren & Sun 2016, *Deep residual learning for image recognition*).",
    fields: ["layers", "shortcut"],
  },
} as const;

export type CompositeName = keyof typeof composites;

export const isComposite = (type: string): type is CompositeName => Object.hasOwn(composites, type);

/** What a `Residual` adds, where it is not a list of layers of its own. */
export const SHORTCUTS = ["identity", "projection"] as const;
