"""Cells in a real kernel: lines are those that the user sees, and steps are written when a cell has been run."""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import os
from pathlib import Path
from typing import Any

import pytest
from support import Line, lines_of, steps_of

nbformat = pytest.importorskip("nbformat", reason="runs notebooks: pip install nbclient ipykernel")
nbclient = pytest.importorskip("nbclient", reason="runs notebooks: pip install nbclient ipykernel")
pytest.importorskip("ipykernel", reason="runs notebooks: pip install nbclient ipykernel")

PACKAGE = Path(__file__).parents[1]

IMPORTS = "import torch\nfrom torch import nn\nimport gradlens"
MODEL = "model = nn.Sequential(\n    nn.Linear(8, 4),\n    nn.Tanh(),\n    nn.Linear(4, 1),\n)"
TRAIN = """optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
gradlens.watch(model, optimizer, every=1)
for step in range(5):
    optimizer.zero_grad()
    model(torch.ones(2, 8)).mean().backward()
    optimizer.step()"""


class Notebook:
    """A kernel that runs cells one by one, in a folder of its own."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PYTHONPATH", str(PACKAGE))
        self.folder = folder
        self.file = folder / "net.ipynb"
        self.file.write_text("{}")
        self._book = nbformat.v4.new_notebook()
        self._client: Any = nbclient.NotebookClient(
            self._book, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
        )

    def run(self, *cells: str) -> list[Line]:
        """The stream of the latest run, as it is once the cells have been run; then the kernel is shut down."""

        async def run() -> list[Line]:
            async with self._client.async_setup_kernel():
                for text in cells:
                    cell = nbformat.v4.new_code_cell(text)
                    self._book.cells.append(cell)
                    await self._client.async_execute_cell(cell, len(self._book.cells) - 1)
                return lines_of(self.streams()[-1])

        return asyncio.run(run())

    def streams(self) -> list[Path]:
        return sorted(self.folder.glob(".gradlens/runs/*.jsonl"), key=os.path.getmtime)


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Notebook:
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    return Notebook(tmp_path, monkeypatch)


def lines(header: Line) -> dict[str, tuple[str, int]]:
    return {layer["path"]: (layer["where"]["file"], layer["where"]["line"]) for layer in header["layers"]}


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_layer_stands_at_the_line_of_its_cell(notebook: Notebook) -> None:
    header = notebook.run(IMPORTS, MODEL, TRAIN)[0]
    assert lines(header) == {"0": ("In[2]", 2), "1": ("In[2]", 3), "2": ("In[2]", 4)}
    assert header["notebook"] == {"cells": ["In[2]"]}
    assert header["sources"] == {"In[2]": sha(MODEL)}
    assert all("via" not in layer["where"] for layer in header["layers"])  # nothing of what runs the cells


def test_a_class_stands_in_its_cell_and_the_call_of_it_around(notebook: Notebook) -> None:
    net = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(8, 1)
    def forward(self, x):
        return self.out(x)"""
    header = notebook.run(IMPORTS, net, "\nmodel = Net()", TRAIN)[0]
    (out,) = [layer["where"] for layer in header["layers"] if layer["path"] == "out"]
    assert (out["file"], out["line"], out["via"]) == ("In[2]", 4, [{"file": "In[3]", "line": 2}])
    assert header["sources"] == {"In[2]": sha(net), "In[3]": sha("\nmodel = Net()")}


def test_lines_are_those_that_the_user_sees_whatever_ipython_makes_of_them(notebook: Notebook) -> None:
    shell = "!echo \\\n  one\n" if os.name == "posix" else ""
    text = f"\n\n%pwd\n{shell}{MODEL}\n"
    header = notebook.run(IMPORTS, text, TRAIN)[0]
    first = text.split("\n").index("    nn.Linear(8, 4),") + 1
    assert [line for _, line in lines(header).values()] == [first, first + 1, first + 2]
    assert header["sources"] == {"In[2]": sha(text.rstrip("\n"))}


@pytest.mark.parametrize("magic", ["%%time", "%%capture"])
def test_what_a_magic_runs_stands_in_its_cell(notebook: Notebook, magic: str) -> None:
    header = notebook.run(IMPORTS, f"{magic}\n\n{MODEL}", TRAIN)[0]
    assert lines(header) == {"0": ("In[2]", 4), "1": ("In[2]", 5), "2": ("In[2]", 6)}


def test_the_notebook_is_told_as_vs_code_and_jupyters_server_name_it(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = f"__vsc_ipynb_file__ = {str(notebook.file)!r}"
    assert notebook.run(told, IMPORTS, MODEL, TRAIN)[0]["notebook"]["file"] == "net.ipynb"
    for name in (str(notebook.file), "seen/from/the/server/net.ipynb"):
        monkeypatch.setenv("JPY_SESSION_NAME", name)
        assert Notebook(notebook.folder, monkeypatch).run(IMPORTS, MODEL, TRAIN)[0]["notebook"]["file"] == "net.ipynb"


def test_a_script_has_no_notebook(tmp_path: Path) -> None:
    from support import mlp, train

    header = train(tmp_path / "run.jsonl", mlp())[0]
    assert "notebook" not in header
    assert header["layers"][0]["where"]["file"] == inspect.getsourcefile(mlp)


def test_every_step_is_written_when_the_cell_has_been_run(notebook: Notebook) -> None:
    stream = notebook.run(IMPORTS, MODEL, TRAIN)
    assert [step["step"] for step in steps_of(stream)] == [1, 2, 3, 4, 5]
    assert stream[-1]["type"] == "step"  # the kernel lives, and may go on


def test_a_run_ends_with_its_kernel_or_when_its_cell_is_run_again_whatever_others_have_raised(
    notebook: Notebook,
) -> None:
    notebook.run(IMPORTS, MODEL, TRAIN, "try:\n    get_ipython().run_cell('1 / 0')\nfinally:\n    pass", MODEL, TRAIN)
    ends = [lines_of(stream)[-1]["reason"] for stream in notebook.streams()]
    assert sorted(ends) == ["completed", "stopped"]
