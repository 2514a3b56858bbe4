import type { Helper } from "./code.ts";

// What programs read files with. All paths are relative to FOLDER, the model file's.

export const READ: Helper = {
  imports: ["gzip"],
  text: `def read(path):
    """The bytes of a file, unpacked where they are packed with gzip."""
    data = (FOLDER / path).read_bytes()
    return gzip.decompress(data) if data[:2] == b"\\x1f\\x8b" else data`,
};

export const TABLE: Helper = {
  imports: ["csv", "io", "re"],
  text: `def table(path):
    """The rows of a CSV file."""
    text = read(path).decode("utf-8-sig")
    first = re.sub('"[^"]*"', "", text.lstrip("\\r\\n").split("\\n", 1)[0])
    delimiter = next((sign for sign in ",;\\t" if sign in first), ",")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [[value.strip() for value in row] for row in rows if row]`,
};

export const NUMBERS: Helper = {
  imports: ["re"],
  text: `def numbers(texts):
    """The numbers that the texts are, or for names the place of each among all names, sorted."""
    numeral = re.compile(r"[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?")
    if all(numeral.fullmatch(text) for text in texts):
        return [float(text) for text in texts]
    places = {name: float(i) for i, name in enumerate(sorted(set(texts)))}
    return [places[text] for text in texts]`,
};

export const ARRAY: Helper = {
  imports: ["io", "numpy"],
  text: `def array(path):
    """The array of a NumPy file."""
    return numpy.load(io.BytesIO(read(path)))`,
};

/** Needs `NUMBERS`. */
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
