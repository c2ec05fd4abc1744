"""Printed cards: several on a page, to be cut out."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response

from server.db import get_db
from server.runtime import get_runtime
from server.services import courses, passes
from server.views.pages.blueprint import account, bp
from server.views.pages.forms import BareForm
from server.views.pages.qr import qr_svg

CARDS_ON_A_PAGE = 24


@bp.get("/courses/<int:course_id>/cards")
def cards(course_id: int) -> str:
    """The course's cards, or one student's with ``?student=``; for printing."""
    db, vault = get_db(), get_runtime().vault
    course = courses.get(db, account(), course_id)
    only = request.args.get("student", type=int)
    students = [entry.student for entry in courses.roster(db, course)]
    shown = [one for one in students if only in {None, one.id}]
    held = passes.cards_of(db, shown)
    with_card = [one for one in shown if one.id in held]
    pages = max(1, -(-len(with_card) // CARDS_ON_A_PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), pages)
    printed = with_card[(page - 1) * CARDS_ON_A_PAGE : page * CARDS_ON_A_PAGE]
    return render_template(
        "cards.html",
        course=course,
        cards=[(one, qr_svg(passes.card_text(vault, held[one.id]))) for one in printed],
        page=page,
        pages=pages,
        without=[one for one in shown if one.id not in held],
        form=BareForm(formdata=None),
    )


@bp.post("/courses/<int:course_id>/cards")
def issue_cards(course_id: int) -> Response:
    """Issues a card for everybody on the roster who has none."""
    db, vault = get_db(), get_runtime().vault
    course = courses.get(db, account(), course_id)
    issued = 0
    students = [entry.student for entry in courses.roster(db, course)]
    held = passes.cards_of(db, students)
    for student in students:
        if student.id not in held:
            passes.issue_card(db, vault, student, account())
            issued += 1
    flash(ngettext("%(num)d card was issued.", "%(num)d cards were issued.", issued))
    return redirect(url_for("pages.cards", course_id=course_id))
