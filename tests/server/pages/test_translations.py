"""The Korean catalogue is complete, and holds nothing that no page says."""

import io
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

REPOSITORY = Path(__file__).resolve().parents[3]
CATALOGUE = REPOSITORY / "server" / "translations" / "ko" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
}


@cache
def said() -> set[str | tuple[str, str]]:
    """Every text that code and templates ask the catalogue for."""
    with (REPOSITORY / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(REPOSITORY, method_map=methods, options_map=options, keywords=KEYWORDS)
    return {message if isinstance(message, str) else tuple(message) for _, _, message, _, _ in found}


def catalogue() -> Catalog:
    return read_po(io.BytesIO(CATALOGUE.read_bytes()), locale="ko")


def test_every_text_has_its_korean():
    known = {message.id: message for message in catalogue() if message.id}
    assert said() - set(known) == set()
    for message in known.values():
        texts = [message.string] if isinstance(message.string, str) else list(message.string)
        assert all(text.strip() for text in texts), message.id
        assert not message.fuzzy, message.id


def test_nothing_stale_is_left():
    assert {message.id for message in catalogue() if message.id} - said() == set()
    assert catalogue().obsolete == {}


def test_what_is_filled_in_is_the_same():
    korean = catalogue()
    for message in korean:
        if message.id:
            assert list(message.check(korean)) == []


def test_no_text_is_translated_twice():
    ids = [
        line
        for line in CATALOGUE.read_text().splitlines()
        if line.startswith("msgid ") and line != 'msgid ""'
    ]
    assert sorted({line for line in ids if ids.count(line) > 1}) == []
