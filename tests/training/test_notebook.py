import nbformat
import pytest
from nbclient import NotebookClient

from recognition.roster_model import RosterModel
from tests.training.conftest import STUDENTS


@pytest.fixture(scope="module")
def notebook(repository):
    return nbformat.read(repository / "training" / "colab.ipynb", as_version=4)


def test_it_is_kept_without_outputs(notebook):
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)


def test_it_runs_on_a_small_class(notebook, repository, class_folder, tmp_path):
    (parameters,) = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    replaced = {
        "photos_folder": f"Path({str(class_folder)!r})",
        "model_folder": f"Path({str(tmp_path / 'model')!r})",
        "augment": "1",
    }
    for name, value in replaced.items():
        assert f"{name} = " in parameters.source
        parameters.source += f"\n{name} = {value}"
    NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        resources={"metadata": {"path": str(repository / "training")}},
    ).execute()
    assert RosterModel.load(tmp_path / "model").labels == STUDENTS
    shown = [
        kind
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        for kind in output.get("data", {})
    ]
    assert shown.count("image/svg+xml") == 3
    assert shown.count("image/png") == 1, "the copies of one photo"
