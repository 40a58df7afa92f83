"""Contrast of a brand colour, by WCAG 2.2 (text: 1.4.3, shapes: 1.4.11)."""

TEXT = 4.5
SHAPE = 3.0


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colours written like "#1f6feb", 1 to 21."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable_on(color: str, background: str, *, ratio: float = TEXT) -> str:
    """`color`, darkened or lightened in small steps until it reaches `ratio` on `background`."""
    target = "#000000" if _luminance(background) > 0.5 else "#ffffff"
    for step in range(21):
        candidate = _mix(color, target, step / 20)
        if contrast(candidate, background) >= ratio:
            return candidate
    return target


def _mix(color: str, target: str, share: float) -> str:
    pairs = zip(_channels(color), _channels(target), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _luminance(color: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
