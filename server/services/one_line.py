"""Text that somebody wrote, as one line that every database and every calendar takes."""


def one_line(text: str) -> str:
    """The text with each run of blanks and control characters as one space, and none around it."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
