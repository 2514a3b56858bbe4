/** Classes that a program may have beside its model's, and capitalised words of Python. */
const TAKEN: ReadonlySet<string> = new Set([
  "CausalEncoderLayer",
  "False",
  "None",
  "OrderedDict",
  "Path",
  "Recurrent",
  "Residual",
  "ResidualWithShortcut",
  "SelfAttention",
  "True",
]);

/** Of a name that fills the screen a class does without the rest. */
const LONGEST = 60;

/** A class for the model: `DeepTanh` for "deep-tanh". Words in capitals alone are constants, or PyTorch's classes. */
export function className(model: string): string {
  const words = model.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const name = words
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("")
    .slice(0, LONGEST);
  if (!/^[A-Z]/.test(name)) return `Model${name}`;
  return TAKEN.has(name) || !/[a-z]/.test(name) ? `${name}Model` : name;
}
