// A process of its own, whose V8 revectorizes: all figures of the first steps with the wide kernels, as JSON, by model.
import { wasmBackend } from "../../src/engine/runtime/wasmBackend.ts";
import { kernelModule } from "../../src/worker/kernelModules.ts";
import { revectorizes } from "../../src/process/wideSimd.ts";
import { bitsOf, figuresOf, texts } from "./figures.ts";
import { dist } from "./wasm.ts";

if (!revectorizes()) throw new Error("run with the flag of wideSimd.ts");
const module = kernelModule("kernels-wide.wasm", dist);
if (!module) throw new Error("the kernels are not built");
const backend = wasmBackend(module);
const steps = Number(process.argv[2]);
const all: Record<string, string> = {};
for (const [name, text] of Object.entries(texts)) all[name] = bitsOf(await figuresOf(text, steps, backend));
console.log(JSON.stringify(all));
