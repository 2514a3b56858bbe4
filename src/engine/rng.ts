export { Generator, type Numbers } from "./rng/generator.ts";
