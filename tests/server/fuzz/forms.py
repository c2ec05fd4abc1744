"""The forms of this site, found as a browser finds them: by following links and reading pages."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

NOT_FOLLOWED = ("/static/", "/assets/", "/sign-out")


@dataclass(frozen=True)
class Field:
    """What a form asks for. `kind` is an input's type, or ``text``; `usual` what a browser would send."""

    name: str
    kind: str = "text"
    usual: tuple[str, ...] = ("",)
    accept: str = ""


@dataclass
class Form:
    """Where a form goes, and with what."""

    method: str
    action: str
    fields: list[Field] = field(default_factory=list)

    @property
    def known_as(self) -> tuple[str, str, tuple[str, ...]]:
        """Equal for the same form on pages of different things."""
        path = "/".join("N" if part.isdigit() else part for part in urlsplit(self.action).path.split("/"))
        return self.method, path, tuple(sorted({one.name for one in self.fields}))


class _Page(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._choices: list[str] | None = None
        self._chooser = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        form = self.forms[-1] if self.forms else None
        if tag == "a" and given.get("href"):
            self.links.append(urljoin(self.address, given["href"]))
        elif tag == "form":
            method = given.get("method", "get").upper()
            self.forms.append(Form(method, urljoin(self.address, given.get("action") or self.address)))
        elif form and tag in {"input", "textarea", "button"} and given.get("name"):
            kind = given.get("type", "text") if tag == "input" else "text"
            usual = (given.get("value", "on" if kind == "checkbox" else ""),)
            form.fields.append(Field(given["name"], kind, usual, given.get("accept", "")))
        elif form and tag == "select" and given.get("name"):
            self._choices, self._chooser = [], given["name"]
        elif tag == "option" and self._choices is not None:
            self._choices.append(given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._choices is not None:
            self.forms[-1].fields.append(Field(self._chooser, "text", tuple(self._choices) or ("",)))
            self._choices = None


def crawl(get: Callable[[str], tuple[str, str]], start: str, most: int) -> tuple[list[Form], list[str]]:
    """Every form, once, and every address that leads somewhere else.

    :param get: an address of this site → where it ended and the page; an empty page for what is no page.
    :param most: pages to open.
    """
    waiting, seen, forms = [start], {start}, {}
    while waiting and most > 0:
        address, html = get(waiting.pop(0))
        most -= 1
        page = _Page(address)
        page.feed(html)
        for form in page.forms:
            forms.setdefault(form.known_as, form)
        for link in _local(page.links):
            if link not in seen:
                seen.add(link)
                waiting.append(link)
    return list(forms.values()), sorted(seen)


def _local(links: list[str]) -> Iterator[str]:
    for link in links:
        parts = urlsplit(link)
        if not parts.netloc and parts.path.startswith("/") and not parts.path.startswith(NOT_FOLLOWED):
            yield parts.path + (f"?{parts.query}" if parts.query else "")
