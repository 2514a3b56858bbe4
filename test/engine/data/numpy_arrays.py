"""Writes numpy.json: files as NumPy writes them, in base64, for the tests of `.npy` and `.npz`. Needs numpy."""
import base64, io, json
import numpy as np
from numpy.lib import format as npy

encode = lambda buffer: base64.b64encode(buffer.getvalue()).decode()


def save(array, version=None):
    buffer = io.BytesIO()
    npy.write_array(buffer, array, version=version, allow_pickle=True)
    return encode(buffer)


def savez(f, **arrays):
    buffer = io.BytesIO()
    f(buffer, **arrays)
    return encode(buffer)


def entry(array, **kw):
    return {"file": save(array, **kw), "shape": list(array.shape), "values": [float(v) for v in array.reshape(-1)]}


x = np.array([[0, 1, 2], [100, 3, 5]])
out = {"numpy": np.__version__, "numbers": {}, "texts": {}, "refused": {}}
for dtype in ["?", "i1", "u1", *(o + t for o in "<>" for t in ("i2", "i4", "i8", "u2", "u4", "u8", "f2", "f4", "f8"))]:
    values = x if dtype[-2:] in ("u1", "u2", "u4", "u8") or dtype == "?" else -x
    out["numbers"][dtype] = entry((values / 8 if "f" in dtype else values).astype(dtype))
out["numbers"]["Fortran order"] = entry(np.asfortranarray(np.arange(24, dtype="<f4").reshape(2, 3, 4)))
out["numbers"]["version 2"] = entry(x.astype("<f4"), version=(2, 0))
out["numbers"]["version 3"] = entry(x.astype("<f4"), version=(3, 0))
out["numbers"]["halves"] = entry(np.array([6.1e-05, 5.96e-08, 65504, -0.333, 1 / 3], dtype="<f2"))
for name, dtype in (("<U", "<U5"), (">U", ">U5"), ("S", "S5")):
    names = ["b", "alpha", "b"] if name == "S" else ["b", "älpha", "b"]
    out["texts"][name] = {"file": save(np.array(names, dtype=dtype)), "values": names}
out["refused"] = {
    "objects": save(np.array([1, "a"], dtype=object)),
    "structured": save(np.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")])),
    "complex": save(np.zeros(2, dtype="<c8")),
    "dates": save(np.zeros(2, dtype="<M8[D]")),
    "long doubles": save(np.zeros(2, dtype=np.longdouble)),
    "empty": save(np.zeros((0, 3), dtype="<f4")),
    "a single value": save(np.array(1.0)),
}
arrays = {"x": np.arange(12, dtype="<f4").reshape(4, 3), "t": np.array([0, 1, 1, 0])}
out["savez"], out["savez_compressed"] = savez(np.savez, **arrays), savez(np.savez_compressed, **arrays)
json.dump(out, open("numpy.json", "w"), indent=1, ensure_ascii=False)
