"""A bar chart as SVG, by hand: nothing to install, and a file whose changes can be read."""

from html import escape

Bar = tuple[str, float, float, float]
"""What it is, its median, lowest and highest."""

_ROW, _LEFT, _WIDTH, _RIGHT = 28, 290, 420, 90
_OURS = "the real service"


def bars(rows: list[Bar], unit: str) -> str:
    """Horizontal bars with whiskers from the lowest to the highest; ours in colour. It reads on light and dark."""
    most = max((high for *_, high in rows), default=1.0)
    height = _ROW * len(rows) + 34
    width = _LEFT + _WIDTH + _RIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif"',
        ' font-size="13">',
        "<style>text{fill:#24292f}@media(prefers-color-scheme:dark){text{fill:#e6edf3}}</style>",
        f'<text x="{_LEFT}" y="16" font-size="12">{escape(unit)}; the line spans lowest to highest</text>',
    ]
    for number, (what, middle, low, high) in enumerate(rows):
        top = 28 + number * _ROW
        x, low_x, high_x = (_LEFT + value / most * _WIDTH for value in (middle, low, high))
        colour = "#2f81f7" if what.startswith(_OURS) else "#8b949e"
        parts += [
            f'<text x="{_LEFT - 8}" y="{top + 14}" text-anchor="end">{escape(what)}</text>',
            f'<rect x="{_LEFT}" y="{top}" width="{x - _LEFT:.1f}" height="18" fill="{colour}"/>',
            f'<path d="M{low_x:.1f} {top + 9}H{high_x:.1f}" stroke="#d29922" stroke-width="2"/>',
            f'<text x="{max(x, high_x) + 6:.1f}" y="{top + 14}">{middle:,.0f}</text>',
        ]
    return "\n".join([*parts, "</svg>", ""])
