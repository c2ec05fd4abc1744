"""Rules for every template: what the content security policy demands, and what readers need."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from server.services import class_sessions, courses

TEMPLATES = Path(__file__).resolve().parents[3] / "server" / "templates"
ALL = sorted(TEMPLATES.glob("*.html"))
NO_CONTENT = {"input", "img", "br", "hr", "meta", "link"}


@pytest.mark.parametrize("template", ALL, ids=lambda path: path.name)
def test_there_is_no_inline_script_style_or_handler(template):
    text = template.read_text(encoding="utf-8")
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\bsrc=)", text) == []


@pytest.mark.parametrize("template", ALL, ids=lambda path: path.name)
def test_every_form_that_posts_carries_its_token(template):
    text = template.read_text(encoding="utf-8")
    for form in re.findall(r'<form[^>]*method="post".*?</form>', text, re.DOTALL):
        assert "{{ form_token() }}" in form, form[:120]


@pytest.mark.parametrize("template", ALL, ids=lambda path: path.name)
def test_every_text_is_translated(template):
    """Text between tags comes from the catalogue; names of formats are the same in both languages."""
    text = re.sub(r"\{% block \w*class %\}.*?\{% endblock %\}", "", template.read_text(encoding="utf-8"))
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", " ", text, flags=re.DOTALL)
    left = re.findall(r"[^\W\d_]{2,}", re.sub(r"<[^>]*>", " ", text))
    assert set(left) <= {"CSV", "jpg"}


class Outline(HTMLParser):
    """Collects what is wrong with a page's structure."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.labels: set[str] = set()
        self.fields: list[dict[str, str | None]] = []
        self.headings: list[int] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag, attrs):
        known = dict(attrs)
        if tag not in NO_CONTENT and "/" not in (tag,):
            self.open.append(tag)
        if "id" in known:
            self.ids.append(known["id"])
        if tag == "label" and "for" in known:
            self.labels.add(known["for"])
        if tag in {"input", "select", "textarea"} and known.get("type") not in {"hidden"}:
            self.fields.append({**known, "inside": "label" if "label" in self.open else None})
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "img" and "alt" not in known:
            self.faults.append(f"an image without alt: {known}")

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in NO_CONTENT:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_page_is_well_formed_and_labelled(browser, db, course, demo_class, administrator, language):
    browser.language = language
    student = courses.add_student(db, course, "1", "Ahn")
    session = class_sessions.start(db, course)
    demo_student = demo_class.student_of(0)
    browser.post("/kiosks", {"name": "Room 204"})
    browser.post(f"/courses/{course.id}/cards")
    pages = [
        "/",
        "/courses",
        "/courses/new",
        f"/courses/{course.id}",
        f"/courses/{course.id}/students/{student.id}",
        f"/courses/{demo_class.course.id}/students/{demo_student}",
        f"/courses/{course.id}/students/{student.id}/shots",
        f"/courses/{demo_class.course.id}/students/{demo_student}/shots",
        f"/courses/{course.id}/photo-imports",
        f"/courses/{course.id}/recognition",
        f"/courses/{demo_class.course.id}/recognition",
        f"/sessions/{session.id}",
        f"/sessions/{session.id}/students/{student.id}",
        f"/sessions/{session.id}/who-is-here",
        f"/courses/{course.id}/attendance",
        f"/courses/{course.id}/contests",
        f"/courses/{course.id}/attendance/links",
        f"/courses/{course.id}/attendance/students/{student.id}",
        f"/courses/{course.id}/cards",
        f"/courses/{course.id}/settings",
        f"/courses/{course.id}/timetable",
        f"/courses/{course.id}/sessions/new",
        f"/courses/{course.id}/patterns/new",
        f"/sessions/{session.id}/plan",
        f"/courses/{course.id}/roster",
        f"/courses/{course.id}/exports",
        "/tokens",
        f"/courses/{course.id}/webhooks",
        "/kiosks",
        "/kiosk",
    ]
    for url in pages:
        answer = browser.get(url)
        assert answer.status_code == 200, url
        assert f'<html lang="{language}">' in answer.text
        outline = Outline()
        outline.feed(answer.text)
        assert outline.faults == [], url
        assert outline.open == [], url
        assert len(outline.ids) == len(set(outline.ids)), url
        assert outline.headings[:1] in ([1], [2]), url
        assert outline.headings.count(1) == 1, url
        unlabelled = [
            field
            for field in outline.fields
            if field["inside"] is None and field.get("id") not in outline.labels
        ]
        assert unlabelled == [], url
