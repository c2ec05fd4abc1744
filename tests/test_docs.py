"""What the documents say exists, exists: commands, settings, calls, files, and the other way round."""

import re
from pathlib import Path

import pytest

from server.settings import SECRETS, Settings
from server.views.api.description import document

DOCUMENTS = (
    "README.md",
    "CHANGELOG.md",
    *(
        f"docs/{name}.md"
        for name in ("operate", "privacy", "security", "api", "accuracy", "performance", "tests")
    ),
)


@pytest.fixture(scope="module", params=DOCUMENTS)
def text(request: pytest.FixtureRequest, repository: Path) -> str:
    """One document."""
    return (repository / request.param).read_text(encoding="utf-8")


def test_every_make_target_that_is_named_exists(text: str, repository: Path) -> None:
    named = set(re.findall(r"(?:^ {4}|`)make ([a-z-]+)", text, re.MULTILINE))
    assert named <= set(re.findall(r"^([a-z-]+):", (repository / "Makefile").read_text(), re.MULTILINE))


def test_every_file_that_is_linked_exists(
    text: str, repository: Path, request: pytest.FixtureRequest
) -> None:
    document_name = request.node.callspec.params["text"]
    links = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", text) + re.findall(r'src="([^"]+)"', text)
    here = (repository / document_name).parent
    assert [link for link in links if not (here / link).exists()] == []


def test_every_setting_is_in_operate_and_no_other(repository: Path) -> None:
    table = (
        (repository / "docs" / "operate.md")
        .read_text(encoding="utf-8")
        .split("## Settings")[1]
        .split("\n## ")[0]
    )
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    documented = {name.lower() for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}
    places = {
        "weights_dir",
        "demo_dir",
        "web_dist",
        "fonts_dir",
    }  # Where the parts of a checkout lie: not an operator's choice.
    assert documented == set(Settings.model_fields) - places
    assert set(SECRETS) <= documented


def test_every_call_is_in_the_api_document_and_no_other(repository: Path) -> None:
    text = (repository / "docs" / "api.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `((?:GET|POST|PUT|DELETE) [^`?]+)", text, re.MULTILINE))
    described = {
        f"{method.upper()} {path}" for path, calls in document()["paths"].items() for method in calls
    }
    assert documented == described
