"""A list of pairs: each verified once, wherever an interruption falls."""

import csv

import pytest

from recognition.verification_batch import COLUMNS, PairsUnusable, verify_pairs
from recognition.verifier import Verifier


@pytest.fixture(scope="module")
def verifier(engine):
    return Verifier.of(engine)


@pytest.fixture
def listed(demo_people, tmp_path):
    """Six pairs: three of one person, two of two people, one with a picture that is not there."""
    kai, omar = (
        [str(path) for path in sorted((demo_people / name / "probe").glob("*.jpg"))[:3]]
        for name in ("kai", "omar")
    )
    pairs = [(kai[0], kai[1]), (omar[0], omar[1]), (kai[0], omar[0]), (kai[1], "absent.jpg")]
    pairs += [(omar[1], kai[2]), (kai[1], kai[2])]
    path = tmp_path / "pairs.csv"
    path.write_text("first,second\n" + "".join(f"{a},{b}\n" for a, b in pairs), encoding="utf-8")
    return path


def rows(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_line_for_each_pair(verifier, listed, tmp_path):
    seen = []
    out = tmp_path / "results.csv"
    assert verify_pairs(listed, out, verifier, report=lambda *progress: seen.append(progress)) == 6
    assert [row["code"] for row in rows(out)] == ["2", "2", "0", "-21", "0", "2"]
    assert seen == [(number, 6) for number in range(7)]


@pytest.mark.parametrize("cut", [0, 20, 1])
def test_it_goes_on_where_it_ended(verifier, listed, tmp_path, cut):
    out = tmp_path / "results.csv"
    verify_pairs(listed, out, verifier)
    whole = out.read_bytes()
    kept = whole.splitlines(keepends=True)[:4]
    # What an interruption leaves: whole lines, and perhaps a part of one more.
    out.write_bytes(b"".join(kept) + whole.splitlines()[4][:cut])
    assert verify_pairs(listed, out, verifier) == 3
    assert out.read_bytes() == whole
    assert verify_pairs(listed, out, verifier) == 0


def test_results_of_something_else_are_not_continued(verifier, listed, tmp_path):
    out = tmp_path / "results.csv"
    verify_pairs(listed, out, verifier)
    with pytest.raises(PairsUnusable, match="line 2: made with another"):
        verify_pairs(listed, out, verifier, threshold=0.3)
    head = ",".join(COLUMNS)
    out.write_text(f"{head}\nother.jpg,another.jpg,2,0.1,0.625,fusion,cosine\n", encoding="utf-8")
    with pytest.raises(PairsUnusable, match="line 2: not the pair"):
        verify_pairs(listed, out, verifier)


@pytest.mark.parametrize("content", ["a,b\n1.jpg,2.jpg\n", "first,second\n1.jpg,\n", ""])
def test_a_list_that_is_none(verifier, tmp_path, content):
    (tmp_path / "pairs.csv").write_text(content, encoding="utf-8")
    with pytest.raises(PairsUnusable, match="pairs.csv"):
        verify_pairs(tmp_path / "pairs.csv", tmp_path / "results.csv", verifier)
