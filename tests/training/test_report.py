import base64
import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from training.fitting import FitOptions, fit_photos
from training.photos import CheckedPhotos, Refusal
from training.report import render_report
from training.weakness import students


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def report(fitted) -> str:
    return render_report(fitted)


def test_the_report_needs_no_other_file_and_runs_no_script(report):
    tags = Tags(report).found
    assert not [tag for tag, _ in tags if tag in ("script", "link", "iframe")]
    assert all(attrs["src"].startswith("data:image/svg+xml;base64,") for tag, attrs in tags if tag == "img")
    assert "http" not in re.sub(r'src="data:[^"]*"', "", report)


def test_every_picture_is_drawn_and_described(report):
    pictures = [attrs for tag, attrs in Tags(report).found if tag == "img"]
    assert len(pictures) == 4
    for attrs in pictures:
        assert len(attrs["alt"]) > 10
        svg = base64.b64decode(attrs["src"].split(",")[1])
        assert ElementTree.fromstring(svg).tag.endswith("svg")  # noqa: S314 - our own drawing


def test_the_same_fit_gives_the_same_report(fitted, report):
    assert render_report(fitted) == report


def test_names_cannot_smuggle_markup_into_the_report(fitted):
    evil = Refusal("x", "<script>alert(1)</script>.jpg", "no_face", "&")
    photos = CheckedPhotos(fitted.photos.accepted, (evil,))
    text = render_report(replace(fitted, photos=photos))
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_names_in_any_script_can_be_drawn(checked, engine):
    named = tuple(
        replace(photo, label={"kai": "김민준"}.get(photo.label, photo.label)) for photo in checked.accepted
    )
    result = fit_photos(CheckedPhotos(named, ()), engine, FitOptions(augment=0))
    assert "김민준" in render_report(result)


def test_a_fit_without_figures_says_what_is_missing(checked, engine):
    few = CheckedPhotos(tuple(photo for photo in checked.accepted if photo.source.endswith("01.jpg")), ())
    text = render_report(fit_photos(few, engine, FitOptions(augment=0)))
    assert "No figures" in text
    assert "one photo only" in text


def test_a_class_of_one_has_no_strangers_to_report(checked, engine):
    kai = tuple(photo for photo in checked.accepted if photo.label == "kai")
    result = fit_photos(CheckedPhotos(kai, ()), engine, FitOptions(augment=0))
    assert result.figures["held_out"]["stranger_probes"] == 0
    text = render_report(result)
    assert "What a stricter" not in text
    assert "students missed (FNIR)" in text


def test_a_photo_of_somebody_else_makes_its_student_the_weakest(checked, engine):
    stray = next(photo for photo in checked.accepted if photo.label == "asha")
    mixed = (*checked.accepted[1:], replace(stray, label="omar", source="omar/stray.jpg"))
    result = fit_photos(CheckedPhotos(mixed, ()), engine, FitOptions(augment=0, held_out=0))
    weakest = students(result.model, mixed)[0]
    assert weakest.label in ("omar", "asha")
    assert "omar/stray.jpg" in " ".join(students_reasons(result.model, mixed))
    assert weakest.headroom < 0


def students_reasons(model, photos) -> list[str]:
    return [reason for student in students(model, photos) for reason in student.reasons]
