"""Writes safetensors.json: files of the safetensors library, in base64, and what they hold. Needs torch (2.13, CPU), safetensors (0.8) and NumPy."""
import base64, json, os, safetensors, torch, torch.nn as nn
from safetensors.torch import save

torch.manual_seed(3)
values = torch.tensor([[0.0, -1.5, 3.0], [0.1, 100.0, 65504.0]])
DTYPES = {
    "F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64, "I32": torch.int32,
    "I16": torch.int16, "I8": torch.int8, "U64": torch.uint64, "U32": torch.uint32, "U16": torch.uint16, "U8": torch.uint8, "BOOL": torch.bool,
}
fitting = {"I16": values.clamp(max=32767), "I8": values.clamp(max=100), "U8": values.clamp(0, 200)}
every = {name: fitting.get(name, values if not name.startswith("U") else values.clamp(min=0)).to(dtype) for name, dtype in DTYPES.items()}
every |= {"scalar": torch.tensor(2.5), "empty": torch.zeros(0, 4), "special": torch.tensor([float("nan"), float("inf"), -0.0])}
model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 1))


def entry(tensors):
    describe = lambda t: {"shape": list(t.shape), "values": [str(v) for v in t.float().reshape(-1).tolist()]}
    return {"file": base64.b64encode(save(tensors, {"format": "pt"})).decode(), "tensors": {k: describe(t) for k, t in tensors.items()}}


out = {"torch": torch.__version__, "safetensors": safetensors.__version__, "every dtype": entry(every), "Sequential(Linear(2, 3), BatchNorm1d(3), Linear(3, 1))": entry(dict(model.state_dict()))}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "safetensors.json"), "w") as f:
    json.dump(out, f, indent=1)
