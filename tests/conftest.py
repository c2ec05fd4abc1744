"""What every test may ask for: evaluation data beside the repository, the real weights, the demo people."""

from pathlib import Path

import pytest

from tests.taking_turns import pytest_runtest_protocol

__all__ = ["pytest_runtest_protocol"]

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def repository() -> Path:
    """The repository's root folder."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Pictures of real people for evaluation, never part of the repository: skips where they are absent."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the evaluation pictures (../shared/data) are not on this machine")
    return folder


@pytest.fixture(scope="session")
def weights_dir() -> Path:
    """The real networks. `make test` fetches them: their absence is a failure, no reason to skip."""
    folder = REPOSITORY / "models" / "faces"
    assert any(folder.glob("*.onnx")), f"no networks in {folder}: run `make setup`"
    return folder


@pytest.fixture(scope="session")
def demo_people() -> Path:
    """Pictures of people who do not exist: `<person>/enrol/*.jpg` and `<person>/probe/*.jpg`."""
    folder = REPOSITORY / "models" / "demo"
    assert any(folder.glob("*/probe/*.jpg")), f"no pictures in {folder}: run `make setup`"
    return folder
