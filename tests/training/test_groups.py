"""Labels that an operator supplies, and the figures split by them."""

import json
import shutil

import numpy as np
import pytest

from training.__main__ import main
from training.evaluation import Proportion, Trials, Visits
from training.exceptions import GroupsUnusable
from training.groups import Groups, read_groups, split, to_json


def written(folder, text, encoding="utf-8"):
    path = folder / "groups.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    "text",
    [
        "person,glasses,age\nkim,yes,20s\nlee,,30s\n",
        "\ufeffperson;glasses;age\r\nkim;yes;20s\r\nlee;;30s\r\n",
        "glasses\tperson\tage\n yes \tkim\t20s\n\n\tlee\t30s",
    ],
)
def test_reads_what_spreadsheets_write(tmp_path, text):
    groups = read_groups(written(tmp_path, text))
    assert groups.columns == {"glasses": {"kim": "yes"}, "age": {"kim": "20s", "lee": "30s"}}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no column 'person'"),
        ("name,glasses\nkim,yes", "no column 'person'"),
        ("person\nkim", "no column beside"),
        ("person,,x\nkim,a,b", "heading that is empty"),
        ("person,x,x\nkim,a,b", "heading that is empty or there twice"),
        ("person,x\nkim,a,b", "line 2: 3 cells under 2"),
        ("person,x\n,a", "line 2: the person is missing"),
        ("person,x\nkim,a\nkim,b", "line 3: kim is there twice"),
        ("person,x\nkim,\n", "gives nobody a label"),
        ('person,x\nkim,"a', "not a CSV file"),
    ],
)
def test_says_what_is_wrong_with_a_file(tmp_path, text, sentence):
    with pytest.raises(GroupsUnusable, match=sentence):
        read_groups(written(tmp_path, text))


def test_a_file_in_another_encoding_is_refused(tmp_path):
    with pytest.raises(GroupsUnusable, match="UTF-8"):
        read_groups(written(tmp_path, "person,안경\n김,예", "cp949"))


def trials_of(missed: dict[str, int], visits: int) -> Trials:
    """So many visits by each person, the first of them missed; nobody is a stranger."""
    truth = [person for person in missed for _ in range(visits)]
    scores = np.array([0.1 if place < count else 0.9 for count in missed.values() for place in range(visits)])
    known = Visits(tuple(truth), scores, np.full(len(truth), 0.5))
    return Trials(known, tuple(truth), Visits((), np.empty(0), np.empty(0)))


def test_the_others_and_the_unlabelled_are_counted_apart():
    groups = Groups("x", {"glasses": {"a": "yes", "b": "no", "c": "no"}})
    (no, yes) = split(groups, trials_of({"a": 2, "b": 1, "c": 0, "d": 5}, 5), 0.5)["glasses"]
    assert (no.value, no.fnir.people, no.fnir.rate, no.fnir.others) == (
        *("no", 2),
        *(Proportion(1, 10), Proportion(2, 5)),
    )
    assert (yes.value, yes.fnir.rate, yes.fpir.rate.total) == ("yes", Proportion(2, 5), 0)
    told = to_json(groups, trials_of({"a": 0, "d": 0}, 5), 0.5)["columns"]["glasses"]
    assert told["unlabelled_people"] == 1


@pytest.mark.parametrize(
    ("people", "missed", "visits", "verdict"),
    [
        (12, 2, 20, "worse"),
        (12, 0, 20, "no_difference"),
        (9, 2, 20, "too_small"),  # too few people
        (12, 3, 6, "too_small"),  # an interval of 22 points
    ],
)
def test_a_verdict_needs_enough_people_and_visits(people, missed, visits, verdict):
    labels = {f"a{n}": "a" for n in range(people)} | {f"b{n}": "b" for n in range(30)}
    trials = trials_of({person: missed if label == "a" else 0 for person, label in labels.items()}, visits)
    group = split(Groups("x", {"kind": labels}), trials, 0.5)["kind"][0]
    assert group.fnir.verdict == verdict
    assert group.fpir.verdict == "too_small"


def command(*arguments) -> int:
    return main([str(argument) for argument in arguments])


def test_fit_and_evaluate_split_their_figures(class_folder, demo_people, tmp_path):
    file = written(tmp_path, "person,glasses\nasha,yes\nkai,no\nmira,no\ndana,yes\n")
    fit = ("fit", "--photos", class_folder, "--out", tmp_path / "out", "--augment", 1)
    assert command(*fit, "--groups", file) == 0
    page = (tmp_path / "out" / "report.html").read_text()
    assert "<th>glasses</th>" in page
    assert "too small to tell" in page
    for kind in (json.loads((tmp_path / "out" / "metadata.json").read_text())["groups"]["columns"],):
        assert [group["value"] for group in kind["glasses"]["groups"]] == ["no", "yes"]
        assert kind["glasses"]["groups"][0]["fpir"]["rate"]["total"] > 0
        assert kind["glasses"]["unlabelled_people"] == 1  # omar
    for role, name in (("known", "kai"), ("strangers", "dana")):
        (tmp_path / role / name).mkdir(parents=True)
        shutil.copy(demo_people / name / "probe" / "01.jpg", tmp_path / role / name)
    evaluate = ("evaluate", "--model", tmp_path / "out", "--known", tmp_path / "known")
    evaluate += ("--strangers", tmp_path / "strangers", "--json", tmp_path / "x.json")
    assert command(*evaluate, "--groups", file) == 0
    no, yes = json.loads((tmp_path / "x.json").read_text())["groups"]["columns"]["glasses"]["groups"]
    assert (no["fnir"]["rate"]["total"], no["fpir"]["rate"]["total"]) == (1, 0)
    assert (yes["fnir"]["rate"]["total"], yes["fpir"]["rate"]["total"]) == (0, 1)


@pytest.mark.parametrize("text", ["person,x\nnobody,a\n", "who,x\nkai,a\n"])
def test_a_useless_file_ends_before_anything_is_fitted(capsys, class_folder, tmp_path, text):
    file = written(tmp_path, text)
    assert command("fit", "--photos", class_folder, "--out", tmp_path / "o", "--groups", file) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert not (tmp_path / "o").exists()
