/** A value as Python writes it. */
export function python(value: unknown): string {
  if (value === undefined || value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `(${value.map(python).join(", ")}${value.length === 1 ? "," : ""})`;
  if (value === Infinity) return 'float("inf")';
  return JSON.stringify(value);
}

/**
 * A call of a PyTorch class: `nn.Linear(2, 64, bias=False)`. Keyword arguments that equal their default are left out.
 */
export function torchCall(
  name: string,
  positional: readonly unknown[],
  keywords: readonly (readonly [name: string, value: unknown, fallback?: unknown])[] = [],
): string {
  const named = keywords
    .filter(([, value, fallback]) => value !== undefined && python(value) !== python(fallback))
    .map(([key, value]) => `${key}=${python(value)}`);
  return `${name}(${[...positional.map(python), ...named].join(", ")})`;
}
