"""Calendars of a course: importing one, and the link that others subscribe to."""

import base64
import binascii
import zlib

from flask import Response as FlaskResponse
from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from server.db import get_db
from server.exceptions import Invalid
from server.services import calendar_feed, calendar_import, courses
from server.services.calendar_reading import MOST_BYTES
from server.uploads import MAX_FIELD_BYTES
from server.views.pages.blueprint import account, bp
from server.views.pages.wording import reason_sentence


@bp.post("/courses/<int:course_id>/calendar")
def preview_calendar(course_id: int) -> Response | str:
    """What importing the file would do. The file goes along in the page, and nothing is kept here."""
    course = courses.get(get_db(), account(), course_id)
    upload = request.files.get("calendar")
    try:
        if upload is None or not upload.filename:
            raise Invalid("calendar_missing")
        content = upload.stream.read(MOST_BYTES + 1)
        plan = calendar_import.plan(get_db(), course, content)
        packed = _pack(content)
    except Invalid as error:
        flash(reason_sentence(error.reason), "problem")
        return redirect(url_for("pages.timetable", course_id=course_id, _anchor="calendar"))
    return render_template("calendar_import.html", course=course, plan=plan, packed=packed)


@bp.post("/courses/<int:course_id>/calendar/sessions")
def import_calendar(course_id: int) -> Response:
    """Does what the preview said."""
    course = courses.get(get_db(), account(), course_id)
    done = calendar_import.take_over(get_db(), course, _unpack(request.form.get("content", "")))
    added, changed = len(done.added), len(done.changed) + len(done.cancelled)
    flash(ngettext("%(num)d session was planned.", "%(num)d sessions were planned.", added))
    if changed:
        flash(ngettext("%(num)d session was changed.", "%(num)d sessions were changed.", changed))
    return redirect(url_for("pages.timetable", course_id=course_id))


@bp.post("/courses/<int:course_id>/calendar/link")
def renew_calendar_link(course_id: int) -> Response:
    """A link to subscribe to; one that there was before ends."""
    course = courses.get(get_db(), account(), course_id)
    calendar_feed.renew(get_db(), course)
    flash(gettext("The link is new. Whoever had the one before has to subscribe again."))
    return redirect(url_for("pages.timetable", course_id=course_id, _anchor="calendar"))


@bp.post("/courses/<int:course_id>/calendar/link/removal")
def end_calendar_link(course_id: int) -> Response:
    """Ends the link."""
    course = courses.get(get_db(), account(), course_id)
    calendar_feed.end(get_db(), course)
    return redirect(url_for("pages.timetable", course_id=course_id, _anchor="calendar"))


@bp.get("/calendars/<token>.ics")
def calendar_feed_file(token: str) -> FlaskResponse:
    """The calendar behind a secret link, for anybody who has the link."""
    db = get_db()
    course = calendar_feed.course_of(db, token)
    response = make_response(calendar_feed.write(db, course, request.host.split(":")[0]))
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = 'inline; filename="timetable.ics"'
    response.headers["Cache-Control"] = "private, max-age=300"
    return response


def _pack(content: bytes) -> str:
    packed = base64.b64encode(zlib.compress(content, 9)).decode("ascii")
    if len(packed) > MAX_FIELD_BYTES // 2:
        raise Invalid("calendar_too_big")
    return packed


def _unpack(packed: str) -> bytes:
    try:
        return zlib.decompressobj().decompress(base64.b64decode(packed, validate=True), MOST_BYTES + 1)
    except (binascii.Error, zlib.error, ValueError) as error:
        raise Invalid("calendar_unreadable") from error
