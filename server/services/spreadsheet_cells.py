"""Cells that no spreadsheet runs as a formula, and back."""

FORMULA_STARTS = frozenset("=+-@\t\r\n")


def neutral(cell: str) -> str:
    """The cell so that no spreadsheet runs it: an apostrophe before = + - @, tab and line ends."""
    return f"'{cell}" if _looks_dangerous(cell) else cell


def plain(cell: str) -> str:
    """The cell as it was before :func:`neutral`."""
    return cell[1:] if cell.startswith("'") and _looks_dangerous(cell) else cell


def _looks_dangerous(cell: str) -> bool:
    """Whether it begins like a formula; an apostrophe before that is looked through, to stay reversible."""
    return cell.lstrip(" '")[:1] in FORMULA_STARTS if cell else False
