"""Roles and browsers in words."""

from flask_babel import gettext, lazy_gettext

from server.views.pages.blueprint import bp

ROLE_WORDS = {
    "administrator": lazy_gettext("Administrator"),
    "instructor": lazy_gettext("Instructor"),
    "assistant": lazy_gettext("Assistant"),
    "auditor": lazy_gettext("Auditor"),
}
PROGRAMS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@bp.app_template_filter("role_words")
def role_words(role: str) -> str:
    """A role in a word."""
    return str(ROLE_WORDS[role])


@bp.app_template_filter("browser_name")
def browser_name(user_agent: str) -> str:
    """Program and system, as far as the browser tells."""
    program = next((name for sign, name in PROGRAMS if sign in user_agent), gettext("A browser"))
    system = next((name for sign, name in SYSTEMS if sign in user_agent), "")
    return f"{program} · {system}" if system else program
