"""Two distributions of distances as an SVG: one person, two people, the zone of both, the threshold."""

from __future__ import annotations

from xml.sax.saxutils import escape

import numpy as np

from training.pairs.operating_point import OperatingPoint, Overlap

WIDTH, HEIGHT = 760, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 24, 54, 56
_BINS = 60
_STYLE = """
text { font: 14px system-ui, sans-serif; fill: #17231e } .soft { fill: #55625b; font-size: 12px }
.page { fill: #fffefb } .axis { stroke: #7d8680 } .same { fill: #0b6349; fill-opacity: .55 }
.different { fill: #9c2f22; fill-opacity: .5 } .zone { fill: #7d4e00; fill-opacity: .12 }
.threshold { stroke: #17231e; stroke-width: 2 } .unsure { fill: #17231e; fill-opacity: .12 }
@media (prefers-color-scheme: dark) {
  text { fill: #eaf0ec } .soft { fill: #a5b2ab } .page { fill: #18211d } .same { fill: #79dab8 }
  .different { fill: #f3a091 } .threshold { stroke: #eaf0ec } .unsure { fill: #eaf0ec }
}
"""


def drawn(
    same: np.ndarray, different: np.ndarray, zone: Overlap, point: OperatingPoint, *, title: str, unit: str
) -> str:
    """The whole SVG document. Each distribution is scaled to its own number of pairs."""
    low, high = 0.0, float(max(same.max(), different.max())) * 1.04
    edges = np.linspace(low, high, _BINS + 1)
    shares = [np.histogram(one, edges)[0] / len(one) for one in (same, different)]
    tallest = max(float(share.max()) for share in shares)

    def across(value: float) -> float:
        return _LEFT + (value - low) / (high - low) * (WIDTH - _LEFT - _RIGHT)

    def down(share: float) -> float:
        return HEIGHT - _BOTTOM - share / tallest * (HEIGHT - _TOP - _BOTTOM)

    def band(name: str, start: float, end: float) -> str:
        wide = max(0.0, across(end) - across(start))
        size = f'width="{wide:.1f}" height="{HEIGHT - _TOP - _BOTTOM}"'
        return f'<rect class="{name}" x="{across(start):.1f}" y="{_TOP}" {size}/>'

    parts = [band("zone", zone.nearest_two, max(zone.nearest_two, zone.farthest_one))]
    parts.append(band("unsure", *point.interval_95))
    for name, share in zip(("same", "different"), shares, strict=True):
        steps = [f"M{across(low):.1f} {down(0):.1f}"]
        for start, end, value in zip(edges[:-1], edges[1:], share, strict=True):
            steps.append(f"L{across(start):.1f} {down(value):.1f}L{across(end):.1f} {down(value):.1f}")
        parts.append(f'<path class="{name}" d="{"".join(steps)}L{across(high):.1f} {down(0):.1f}Z"/>')
    at = across(point.threshold)
    parts.append(f'<path class="threshold" d="M{at:.1f} {_TOP - 6}V{HEIGHT - _BOTTOM}"/>')
    parts.append(f'<path class="axis" d="M{_LEFT} {HEIGHT - _BOTTOM}H{WIDTH - _RIGHT}"/>')
    for value in np.linspace(low, high, 6):
        parts.append(_text(across(value), HEIGHT - _BOTTOM + 20, f"{value:.2f}", "soft", "middle"))
    parts.append(_text((WIDTH + _LEFT) / 2, HEIGHT - 12, f"{unit} distance", "soft", "middle"))
    parts.append(_text(at + 8, _TOP + 8, f"threshold {point.threshold:.3f}", "", "start"))
    for name, share, label in (("same", shares[0], "one person"), ("different", shares[1], "two people")):
        centre = edges[int(share.argmax())]
        parts.append(_text(across(centre), down(float(share.max())) - 8, label, name, "middle"))
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n"
        f'<rect class="page" width="{WIDTH}" height="{HEIGHT}" rx="12"/>\n'
        f"{_text(_LEFT, 28, title, '', 'start')}\n{body}\n</svg>\n"
    )


def _text(x: float, y: float, words: str, name: str, anchor: str) -> str:
    return f'<text class="{name}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
