"""OneRoster bundles: what is missing is named, and what leaves comes back."""

import io
import zipfile

import pytest

from server.exceptions import Invalid
from server.services import courses, oneroster_export, oneroster_import, roster_drafts, roster_files
from server.services.oneroster_form import COLUMNS
from server.services.oneroster_import import BundleIncomplete

MANIFEST = {
    "manifest.version": "1.0",
    "oneroster.version": "1.1",
    "file.classes": "bulk",
    "file.users": "bulk",
    "file.enrollments": "bulk",
    "file.orgs": "absent",
}
FILES = {
    "classes.csv": "sourcedId,status,title,classCode\nc1,,Biology,BIO\nc2,,Art,\nc3,tobedeleted,Old,\n",
    "users.csv": (
        "sourcedId,status,role,username,givenName,familyName,identifier\n"
        "u1,,student,ahn,민준,김,2026001\nu2,,student,bae,Jane,Doe,\nu3,tobedeleted,student,x,X,X,\n"
        "u4,,teacher,t,T,T,\n"
    ),
    "enrollments.csv": (
        "sourcedId,classSourcedId,userSourcedId,role,endDate\n"
        "e1,c1,u1,student,\ne2,c1,u2,student,2099-01-01\ne3,c1,u4,teacher,\ne4,c1,u3,student,\n"
        "e5,c2,u1,student,2001-01-01\ne6,c2,u2,student,\n"
    ),
}


def zipped(files, manifest=MANIFEST, folder=""):
    if manifest is not None:
        lines = "".join(f"{name},{value}\n" for name, value in manifest.items())
        files = {"manifest.csv": f"propertyName,value\n{lines}", **files}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(folder + name, content)
    return out.getvalue()


@pytest.mark.parametrize("folder", ["", "export/"])
def test_classes_come_with_who_is_enrolled_as_a_student_today(folder):
    art, biology = oneroster_import.read_bundle(zipped(FILES, folder=folder))
    assert (art.title, art.rows) == ("Art", [(3, ["bae", "Jane Doe"])])
    assert biology.title == "BIO · Biology"
    assert [cells for _, cells in biology.rows] == [["2026001", "김민준"], ["bae", "Jane Doe"]]


@pytest.mark.parametrize(
    ("content", "missing"),
    [
        (zipped({k: v for k, v in FILES.items() if k != "users.csv"}), ["users.csv"]),
        (zipped(FILES, {**MANIFEST, "file.users": "delta"}), ["file.users = bulk"]),
        (zipped(FILES, {**MANIFEST, "oneroster.version": "1.0"}), ["oneroster.version = 1.1"]),
        (zipped(FILES, {**MANIFEST, "file.orgs": "bulk"}), ["orgs.csv"]),
        (zipped({**FILES, "classes.csv": "sourcedId,name\n1,x\n"}), ["classes.csv: title"]),
        (zipped({**FILES, "manifest.csv": "a,b\n"}, None), ["manifest.csv: propertyName, value"]),
        (
            zipped({}, {"manifest.version": "1.0"}),
            [
                "oneroster.version = 1.1",
                "file.classes = bulk",
                "file.users = bulk",
                "file.enrollments = bulk",
                "classes.csv",
                "enrollments.csv",
                "users.csv",
            ],
        ),
    ],
)
def test_each_thing_missing_is_named(content, missing):
    with pytest.raises(BundleIncomplete) as raised:
        roster_files.from_file(content)
    assert raised.value.missing == missing


def test_the_class_is_chosen(db, course, instructor):
    brought = roster_files.from_file(zipped(FILES))
    draft = roster_drafts.keep(db, course, instructor, brought, source="sis.zip", whole=False)
    assert roster_drafts.preview(db, course, draft) is None
    with pytest.raises(Invalid, match="roster_class_invalid"):
        roster_drafts.choose_class(db, draft, 2)
    roster_drafts.choose_class(db, draft, 1)
    plan = roster_drafts.preview(db, course, draft)
    assert [one.number for one in plan.added] == ["2026001", "bae"]
    roster_drafts.choose_class(db, draft, 0)
    assert len(roster_drafts.preview(db, course, draft).added) == 1


def test_what_is_exported_imports_as_no_change(db, course, instructor):
    students = [("1", "김민준"), ("-2", "=1+1"), ("007", "Jane van Doe"), ("@", "남궁 민"), ("5", "Prince")]
    for number, name in students:
        courses.add_student(db, course, number, name)
    content = oneroster_export.bundle(db, course)
    brought = roster_files.from_file(content)
    draft = roster_drafts.keep(db, course, instructor, brought, source="", whole=True)
    plan = roster_drafts.preview(db, course, draft)
    assert (plan.changes, plan.bad_rows, len(plan.unchanged)) == (0, [], 5)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name, columns in COLUMNS.items():
            heading = archive.read(f"{name}.csv").decode().splitlines()[0]
            assert heading == ",".join(columns)
        users = archive.read("users.csv").decode()
    assert "'=1+1" in users
    assert instructor.email in users


def test_a_page_names_what_is_missing_and_lets_choose(browser, course, db):
    url = f"/courses/{course.id}/roster"
    bad = zipped({k: v for k, v in FILES.items() if k != "users.csv"})
    answer = browser.post(url, {"roster-file": (io.BytesIO(bad), "sis.zip")})
    assert answer.status_code == 422
    assert "bulk mode: users.csv" in answer.text
    answer = browser.post(url, {"roster-file": (io.BytesIO(zipped(FILES)), "sis.zip")})
    assert "BIO · Biology" in browser.follow(answer)
    location = answer.headers["Location"]
    assert "2 students change" in browser.follow(browser.post(f"{location}/class", {"class": "1"}))
    assert "Choose one of the classes." in browser.follow(browser.post(f"{location}/class", {"class": "9"}))
