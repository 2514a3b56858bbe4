import { t } from "../../l10n/translate.ts";
import { show, sizeOf } from "../tensor.ts";
import { gainOf, gainParam } from "./gain.ts";
import { init } from "./init.ts";
import { orthonormalize } from "./orthonormalize.ts";

export const orthogonal = init({
  doc:
    "Rows, or columns where there are fewer, of length `gain` at right angles: `W·Wᵀ = gain²·I`, " +
    "with the dimensions after the first as one. " +
    "Saxe, McClelland & Ganguli 2013, *Exact solutions to the nonlinear dynamics of learning in deep linear neural networks*.",
  params: { gain: gainParam },
  refuses: (shape) =>
    shape.length < 2 ? t`orthogonal needs at least 2 dimensions, but the shape is ${show(shape)}` : undefined,

  fill(generator, out, [rows, ...rest], { gain }) {
    const columns = sizeOf(rest);
    const scale = Math.fround(gainOf(gain));
    generator.normal(out, 0, 1);
    // The vectors are the rows of a wide matrix, the columns of a tall one: whichever are fewer.
    const wide = rows < columns;
    const [count, length] = wide ? [rows, columns] : [columns, rows];
    const place = (v: number, i: number): number => (wide ? v * columns + i : i * columns + v);

    const vectors = Array.from({ length: count }, (_, v) =>
      Float64Array.from({ length }, (_, i) => out[place(v, i)]),
    );
    orthonormalize(vectors);
    vectors.forEach((vector, v) => {
      for (let i = 0; i < length; i++) out[place(v, i)] = Math.fround(vector[i]) * scale;
    });
  },
});
