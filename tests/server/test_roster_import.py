"""Rosters from CSV."""

import pytest

from server.exceptions import Invalid
from server.services import courses, roster_import


def names(db, course):
    return [(entry.student.number, entry.student.name) for entry in courses.roster(db, course)]


@pytest.mark.parametrize(
    "text",
    [
        "1,Ahn\n2,Bae\n",
        "number,name\n1,Ahn\n2,Bae",
        "\ufeff학번;이름\r\n1;Ahn\r\n2;Bae\r\n",
        "Name\tEmail\tStudent number\nAhn\ta@x\t1\nBae\tb@x\t2\n",
        '\n"1" , "Ahn"\n\n2,"Bae"\n',
    ],
)
def test_the_usual_forms_are_understood(db, course, text):
    result = roster_import.add_students_csv(db, course, text)
    assert (result.added, result.already_enrolled) == (2, 0)
    assert [number for number, _ in names(db, course)] == ["1", "2"]


def test_bad_rows_are_told_and_the_others_count(db, course):
    courses.add_student(db, course, "1", "Ahn")
    text = "number,name\n1,Ahn\n1,Other\n2\n,Nobody\n3,Choi\n"
    result = roster_import.add_students_csv(db, course, text)
    assert (result.added, result.already_enrolled) == (1, 1)
    assert [(row.line, row.reason) for row in result.bad_rows] == [
        (3, "student_number_taken"),
        (4, "student_name_invalid"),
        (5, "student_number_invalid"),
    ]
    assert names(db, course) == [("1", "Ahn"), ("3", "Choi")]


def test_importing_again_changes_nothing(db, course):
    text = "".join(f"{n},Student {n}\n" for n in range(300))
    assert roster_import.add_students_csv(db, course, text).added == 300
    again = roster_import.add_students_csv(db, course, text)
    assert (again.added, again.already_enrolled, again.bad_rows) == (0, 300, [])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "csv_empty"),
        (" \n\n", "csv_empty"),
        ("1,\0", "csv_unreadable"),
        ("1,x\n" * 5001, "csv_too_long"),
        ("x" * 2_000_001, "csv_too_long"),
        ('1,"' + "x" * 200_000, "csv_unreadable"),
    ],
)
def test_what_is_no_roster_is_refused(db, course, text, reason):
    with pytest.raises(Invalid, match=reason):
        roster_import.add_students_csv(db, course, text)
    assert names(db, course) == []
