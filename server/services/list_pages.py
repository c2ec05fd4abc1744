"""One page of a long list."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

PAGE = 50

Row = TypeVar("Row")


@dataclass(frozen=True)
class ListPage(Generic[Row]):
    """Some rows, which page it is, counted from 1, and how many pages and rows there are in all."""

    rows: list[Row]
    number: int
    pages: int
    total: int


def page_of(db: Session, query: Select[*tuple[Any, ...]], number: int, size: int = PAGE) -> ListPage[Any]:
    """A page of an ordered query: objects where it selects one kind, rows where it selects several.

    :param number: from 1; one beyond the end gives the last page.
    """
    total = db.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    pages = max(1, -(-total // size))
    number = min(max(1, number), pages)
    shown = db.execute(query.limit(size).offset((number - 1) * size)).unique().all()
    rows = [row[0] for row in shown] if len(query.column_descriptions) == 1 else list(shown)
    return ListPage(rows, number, pages, total)
