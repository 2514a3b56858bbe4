// The activations' numbers in AssemblyScript, and a loop for each, as the engine's table has them: no order is kept twice.
import path from "node:path";
import { format, resolveConfig } from "prettier";

const assembly = path.resolve(import.meta.dirname, "..", "src", "engine", "assembly", "activation");

export const kindsFile = path.join(assembly, "kinds.ts");
export const loopsFile = path.join(assembly, "loops.ts");

const FROM = "// From src/engine/activations/: npm run build writes it.\n\n";

/** `leakyRelu` is `LEAKY_RELU`. @param {string} name */
const inCapitals = (name) => name.replace(/[A-Z]/g, "_$&").toUpperCase();

/** @returns {Promise<readonly string[]>} in order of their kinds */
const names = async () => (await import("../src/engine/activations/index.ts")).ACTIVATION_NAMES;

export async function kindsText() {
  const kinds = (await names()).map((name, kind) => `export const ${inCapitals(name)}: i32 = ${kind};\n`);
  return formatted(kindsFile, kinds.join(""));
}

export async function loopsText() {
  const all = await names();
  const loops = all.map(
    (name) => `export function ${name}(n: i32, x: usize, y: usize, a: f64, b: f64): void {
      mapAll(${inCapitals(name)}, n, x, y, a, b);
    }
    function ${name}Slope(n: i32, x: usize, y: usize, dy: usize, dx: usize, a: f64, b: f64): void {
      slopeAll(${inCapitals(name)}, n, x, y, dy, dx, a, b);
    }\n`,
  );
  return formatted(
    loopsFile,
    `import { mapAll, slopeAll } from "./activations";
    import { ${all.map(inCapitals).join(", ")} } from "./kinds";

    /*
     * Called through tables, so that each stays a function of its own: in one of them all, V8 runs out of registers.
     */
    type Values = (n: i32, x: usize, y: usize, a: f64, b: f64) => void;
    type Slopes = (n: i32, x: usize, y: usize, dy: usize, dx: usize, a: f64, b: f64) => void;

    ${loops.join("\n")}
    /** y = f(x) of n elements, by kind; x may be y. */
    export const VALUES: StaticArray<Values> = [${all.join(", ")}];

    /** dx = dy · f′(x) of n elements, by kind; dx may be dy. */
    export const SLOPES: StaticArray<Slopes> = [${all.map((name) => `${name}Slope`).join(", ")}];`,
  );
}

/** @param {string} file @param {string} text */
const formatted = async (file, text) =>
  format(FROM + text, { ...(await resolveConfig(file)), filepath: file });
