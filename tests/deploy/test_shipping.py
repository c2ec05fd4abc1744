"""The files that ship agree with the program: settings that exist, words that the templates have."""

import re
from pathlib import Path

import pytest

from server.settings import PREFIX, SECRETS, Settings
from tests.running_nginx import script


@pytest.mark.parametrize("name", ["Dockerfile", "compose.yaml", "Makefile", "setup/image-test"])
def test_every_setting_that_is_set_exists(repository: Path, name: str) -> None:
    known = {PREFIX + setting.upper() for setting in Settings.model_fields}
    known |= {f"{PREFIX}{secret.upper()}_FILE" for secret in SECRETS}
    assert set(re.findall(rf"{PREFIX}[A-Z_]+", (repository / name).read_text())) <= known


def test_every_word_of_the_templates_is_filled_in(repository: Path) -> None:
    words = script("render").words({})
    used = {
        word
        for template in (repository / "nginx" / "templates").rglob("*.template")
        for word in re.findall(r"\$\{([A-Z_]+)\}", template.read_text())
    }
    assert used == set(words)


def test_the_image_s_context_holds_what_its_stages_copy_and_no_more(repository: Path) -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (repository / "Dockerfile").read_text(), re.MULTILINE)
    kept = re.findall(r"^!(.+)$", (repository / ".dockerignore").read_text(), re.MULTILINE)
    sources = {source for line in copied for source in line.split()}
    assert {
        source for source in sources if not any(source == one or source.startswith(f"{one}/") for one in kept)
    } == set()
    assert {
        one for one in kept if not any(source == one or source.startswith(f"{one}/") for source in sources)
    } == set()
