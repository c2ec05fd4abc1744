"""Ids in addresses: as large as a column can hold. What is larger is the address of nothing."""

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter

LARGEST = 2**31 - 1


class BoundedInteger(IntegerConverter):
    """`<int:…>` in a route."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{"max": LARGEST, **options})


def init_app(app: Flask) -> None:
    """Before any route is registered."""
    app.url_map.converters["int"] = BoundedInteger
