"""Every module is held to the line that makes it: `# @ paths` stands there in the models."""

from __future__ import annotations

import hashlib
import importlib.util
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from support import data, lines_of
from torch import nn, optim

import gradlens
from gradlens.source import locate, relative

MODELS = sorted((Path(__file__).parent / "models").glob("*.py"))


def built(file: Path) -> nn.Module:
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    net = module.build()
    assert isinstance(net, nn.Module)
    return net


def expected_line(file: Path, path: str) -> int:
    """Of the patterns that fit the longest one's. A star in front stands for any path, another for one name."""
    found = [
        (pattern, i)
        for i, line in enumerate(file.read_text().split("\n"), 1)
        for pattern in line.partition("# @")[2].split()
        if fits(path.split("."), pattern.split("."))
    ]
    assert found, f"{path} stands nowhere in {file.name}"
    return max(found, key=lambda each: (not each[0].startswith("*"), len(each[0])))[1]


def fits(path: list[str], pattern: list[str]) -> bool:
    if pattern[0] == "*":
        path, pattern = path[-len(pattern) + 1 :], pattern[1:]
    return len(path) == len(pattern) and all(map(fnmatchcase, path, pattern))


@pytest.mark.parametrize("file", MODELS, ids=[file.stem for file in MODELS])
def test_every_module_stands_at_the_line_that_makes_it(file: Path) -> None:
    net = built(file)
    where = locate(net)
    paths = [path for path, _ in net.named_modules() if path]
    assert len(paths) >= 6
    wrong = {
        path: (where[path].line if path in where else None, expected_line(file, path))
        for path in paths
        if path not in where or (where[path].file, where[path].line) != (str(file), expected_line(file, path))
    }
    assert wrong == {}


def test_there_are_five_kinds_of_models() -> None:
    assert len(MODELS) == 5


def test_a_call_of_several_lines_is_told_whole() -> None:
    where = locate(built(MODELS[[file.stem for file in MODELS].index("listed")]))
    assert where["classifier.3"].end_line - where["classifier.3"].line == 3
    assert where["classifier"].end_line > where["classifier.3"].end_line


def test_lines_around_a_module_lead_out_to_the_program() -> None:
    where = locate(built(MODELS[[file.stem for file in MODELS].index("factories")]))
    conv = where["layer1.0.conv1"]
    files = [Path(file).name for file, _ in conv.via]
    assert files[:2] == ["factories.py", "factories.py"]  # conv3x3() inside, _layer() outside
    assert "test_source.py" in files


def test_copies_are_where_their_container_is() -> None:
    layer = nn.TransformerEncoderLayer(8, 2)
    net = nn.Sequential(nn.TransformerEncoder(layer, 2))
    where = locate(net)
    assert where["0.layers.1"].line == where["0"].line


def test_a_run_tells_lines_and_what_their_files_were(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "net.py"
    file.parent.mkdir()
    file.write_text("from torch import nn\n\n\ndef build():\n    return nn.Sequential(nn.Linear(8, 1))\n")
    net = built(file)
    optimizer = optim.SGD(net.parameters(), lr=0.1)
    path = tmp_path / ".gradlens" / "runs" / "run.jsonl"
    with gradlens.watch(net, optimizer, every=1, path=path):
        net(data()[0]).mean().backward()
        optimizer.step()
    header = lines_of(path)[0]
    (layer,) = header["layers"]
    assert (layer["where"]["file"], layer["where"]["line"], layer["where"]["end_line"]) == ("folder/net.py", 5, 5)
    assert header["sources"]["folder/net.py"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert (tmp_path / ".gradlens" / ".gitignore").read_text() == "*\n"


def test_files_outside_of_the_folder_keep_their_paths() -> None:
    assert relative("/a/b/c.py", "/a") == "b/c.py"
    assert relative("/ab/c.py", "/a") == "/ab/c.py"
    assert relative("/a/c.py", None) == "/a/c.py"
