"""QR codes as pictures, drawn here: nothing of a student's code leaves the server but the picture."""

import segno
from markupsafe import Markup


def qr_svg(text: str) -> Markup:
    """An inline SVG of a QR code, scaled by the page's style; error correction M (ISO/IEC 18004).

    Black on white whatever the page's colours are, with the quiet zone that readers need.
    """
    drawn = segno.make(text, error="m", micro=False).svg_inline(
        border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr-code", lineclass=None
    )
    return Markup(drawn)


def qr_data_uri(text: str) -> str:
    """The same as an address for ``<img>``."""
    return segno.make(text, error="m", micro=False).svg_data_uri(
        border=4, dark="#000", light="#fff", omitsize=True
    )
