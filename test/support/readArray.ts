import { Elements } from "../../src/engine/data/formats/elements.ts";
import { type ArrayFormat, placesOf, readHeader } from "../../src/engine/data/formats/ndarray.ts";
import type { Reading } from "../../src/engine/data/reading.ts";
import type { Shape } from "../../src/engine/tensor.ts";
import { inPieces } from "./data.ts";

interface Values {
  readonly shape: Shape;
  /** In row-major order. */
  readonly values: readonly (number | string)[];
}

/** Every element of an array, in double precision or as text. */
export function readArray(format: ArrayFormat, bytes: Uint8Array, path: string): Values {
  function* reading(): Reading<Values> {
    const array = yield* readHeader(format, { path });
    const { shape, type } = array;
    const place = placesOf(array);
    const values: (number | string)[] = [];
    const sink = new Elements(array, (view, count) => {
      const read = (type.text ?? type.number)(view);
      for (let k = 0; k < count; k++) values[place()] = read(k * type.size);
    });
    yield { file: { path }, sink };
    return { shape, values };
  }
  return inPieces(reading, [bytes]);
}
