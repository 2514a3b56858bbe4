import { likelyDelimiters } from "../../engine/data/delimiter.ts";
import { indented, literal } from "../python.ts";
import type { Helper } from "./code.ts";

// What programs read files with. All paths are relative to FOLDER, the model file's.

export const READ: Helper = {
  imports: ["gzip"],
  text: `def read(path):
    """The bytes of a file, unpacked where they are packed with gzip."""
    data = (FOLDER / path).read_bytes()
    return gzip.decompress(data) if data[:2] == b"\\x1f\\x8b" else data`,
};

/** How a CSV file is written. */
export interface Dialect {
  readonly delimiter?: string | undefined;
  readonly decimal: string;
  readonly thousands?: string | undefined;
}

/** Lines that find out the delimiter as the engine does: not a sign that numbers are written with. */
function delimiterLines({ delimiter, decimal, thousands }: Dialect): readonly string[] {
  if (delimiter !== undefined) return [];
  const signs = likelyDelimiters(decimal, thousands).join("");
  return [
    `first = re.sub('"[^"]*"', "", text.lstrip("\\r\\n").split("\\n", 1)[0])`,
    `delimiter = next((sign for sign in ${literal(signs)} if sign in first), ",")`,
  ];
}

/** The rows of a CSV file. Needs `READ`. */
export function table(dialect: Dialect): Helper {
  const { delimiter } = dialect;
  return {
    imports: ["csv", "io", ...(delimiter === undefined ? ["re"] : [])],
    text: [
      "def table(path):",
      ...indented([
        '"""The rows of a CSV file."""',
        "data = read(path)",
        'utf16 = data[:2] in (b"\\xff\\xfe", b"\\xfe\\xff")',
        'text = data.decode("utf-16" if utf16 else "utf-8-sig")',
        ...delimiterLines(dialect),
        `rows = csv.reader(io.StringIO(text, newline=""), delimiter=${delimiter === undefined ? "delimiter" : literal(delimiter)})`,
        "return [[value.strip() for value in row] for row in rows if row]",
      ]),
    ].join("\n"),
  };
}

const isPlain = ({ decimal, thousands }: Dialect): boolean => decimal === "." && thousands === undefined;

/** What reads a number of the file: `float`, or the function of `number`. */
export const numberOf = (dialect: Dialect): string => (isPlain(dialect) ? "float" : "number_in");

/** A function that reads numbers as the file writes them; none where that is as Python writes them. */
export function number(dialect: Dialect): readonly Helper[] {
  if (isPlain(dialect)) return [];
  const { decimal, thousands } = dialect;
  const bare = thousands === undefined ? "text" : `text.replace(${literal(thousands)}, "")`;
  return [
    {
      imports: [],
      text: [
        "def number_in(text):",
        ...indented([
          '"""The number that a text of the file is."""',
          `return float(${bare}.replace(${literal(decimal)}, "."))`,
        ]),
      ].join("\n"),
    },
  ];
}

/** A regular expression of Python for the numbers of a file. */
function pattern({ decimal, thousands }: Dialect): string {
  const point = `[${decimal}]`;
  const whole = thousands === undefined ? "[0-9]+" : `[0-9]+(?:[${thousands}][0-9]+)*`;
  return `[+-]?(${whole}(${point}[0-9]*)?|${point}[0-9]+)([eE][+-]?[0-9]+)?`;
}

/** Needs `number`, where there is one. */
export const numbers = (dialect: Dialect = { decimal: "." }): Helper => ({
  imports: ["re"],
  text: `def numbers(texts):
    """The numbers that the texts are, or for names the place of each among all names, sorted."""
    numeral = re.compile(${literal(pattern(dialect))})
    if all(numeral.fullmatch(text) for text in texts):
        return [${numberOf(dialect)}(text) for text in texts]
    places = {name: float(i) for i, name in enumerate(sorted(set(texts)))}
    return [places[text] for text in texts]`,
});

export const ARRAY: Helper = {
  imports: ["io", "numpy"],
  text: `def array(path):
    """The array of a NumPy file."""
    return numpy.load(io.BytesIO(read(path)))`,
};

/** Needs `numbers`. */
export const LABELS: Helper = {
  imports: ["numpy"],
  text: `def labels(targets):
    """An array of targets as numbers."""
    if targets.dtype.kind == "S":
        targets = numpy.char.decode(targets, "latin1")
    if targets.dtype.kind != "U":
        return targets
    columns = targets.reshape(len(targets), -1).T
    return numpy.array([numbers(column.tolist()) for column in columns]).T.reshape(targets.shape)`,
};

export const IDX: Helper = {
  imports: ["numpy", "struct"],
  text: `def idx(path):
    """The array of an IDX file, the format of MNIST."""
    data = read(path)
    kind = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}[data[2]]
    shape = struct.unpack(f">{data[3]}I", data[4 : 4 + 4 * data[3]])
    return numpy.frombuffer(data, kind, offset=4 + 4 * data[3]).reshape(shape)`,
};

export const TENSOR: Helper = {
  imports: ["numpy"],
  text: `def tensor(array):
    """An array of any type in single precision."""
    return torch.from_numpy(numpy.array(array, dtype=numpy.float32, order="C"))`,
};

export const NORMALIZE: Helper = {
  imports: [],
  text: `def normalized(x):
    """Each column or channel less its mean, divided by its standard deviation."""
    others = [0, *range(2, x.dim())]
    low, high = x.amin(others, keepdim=True), x.amax(others, keepdim=True)
    mean = torch.where(low == high, low, x.double().mean(others, keepdim=True))
    std = x.double().std(others, correction=0, keepdim=True)
    return ((x - mean) / torch.where(low == high, 1, std)).float()`,
};
