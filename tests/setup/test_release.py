"""A release is made of a commit and of nothing else, and only when the changelog tells of it."""

import subprocess
import tarfile
from pathlib import Path

import pytest

from setup import release

GIT = ["git", "-c", "user.name=A test", "-c", "user.email=test@school.example", "-c", "commit.gpgsign=false"]


@pytest.fixture
def clone(repository: Path, tmp_path: Path) -> Path:
    """This repository as it was committed, with a changelog that tells of the version."""
    folder = tmp_path / "clone"
    cloned = subprocess.run(["git", "clone", "--quiet", repository, folder], capture_output=True, text=True)
    if cloned.returncode:
        pytest.skip("this copy of the project is no git repository: there is no commit to release")
    changelog = folder / "CHANGELOG.md"
    changelog.write_text(changelog.read_text().replace("## Unreleased", "## 9.9.9 (2026-03-02)", 1))
    project = folder / "pyproject.toml"
    lines = project.read_text().splitlines(keepends=True)
    project.write_text(
        "".join('version = "9.9.9"\n' if line.startswith("version") else line for line in lines)
    )
    subprocess.run([*GIT, "commit", "--all", "--quiet", "--message", "Release"], cwd=folder, check=True)
    return folder


def test_the_archive_holds_what_was_committed_and_nothing_else(clone: Path, tmp_path: Path) -> None:
    into = tmp_path / "release"
    into.mkdir()
    name = release.name_of(clone)
    archived = release.source_archive(clone, name, into)
    release.write_sums(into)
    subprocess.run(["sha256sum", "--check", "--quiet", "--strict", "SHA256SUMS"], cwd=into, check=True)
    with tarfile.open(archived) as archive:
        names = {member.name for member in archive if member.isfile()}
    committed = subprocess.run(["git", "ls-files"], cwd=clone, capture_output=True, text=True, check=True)
    files = {f"face-check-in-9.9.9/{name}" for name in committed.stdout.splitlines()}
    assert names == files
    again = release.source_archive(clone, name, tmp_path)
    assert again.read_bytes() == archived.read_bytes()


def test_a_version_that_the_changelog_does_not_tell_of_is_refused(clone: Path) -> None:
    changelog = clone / "CHANGELOG.md"
    for text in (
        "# Changelog\n\n## Unreleased\n\n- Much\n",
        "# Changelog\n\n## 9.9.9\n\n## 9.9.8\n\n- Much\n",
    ):
        changelog.write_text(text)
        with pytest.raises(release.NotReady, match=r"no section .## 9\.9\.9"):
            release.name_of(clone)


def test_changes_that_are_not_committed_are_refused(clone: Path) -> None:
    release.refuse_unfinished(clone)
    (clone / "README.md").write_text("another")
    with pytest.raises(release.NotReady, match="README"):
        release.refuse_unfinished(clone)
