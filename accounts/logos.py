"""A business's picture: what is uploaded is never kept, only what is drawn anew from it."""

import io
import secrets
import struct
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from PIL import Image, ImageOps, ImageStat

FORMATS = ("PNG", "JPEG", "WEBP")
MAX_BYTES = 2_000_000
# Decoded, a picture takes four bytes a pixel: 32 MB, which the small box still has.
MAX_PIXELS = 8_000_000
MAX_SIDE = 512
_WHITE, _BLACK = (255, 255, 255), (23, 25, 28)
# Above this mean lightness (0 to 255) a drawing would not be seen on white.
_LIGHT_DRAWING = 200
_NOT_READ = "This picture cannot be read. Please choose a PNG, JPEG or WebP file."
# What Pillow raises for files that are broken, or made to do harm.
_BROKEN = (
    ArithmeticError,
    LookupError,
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    TypeError,
    struct.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


def random_name(business: Any, filename: str) -> str:
    """Where a new logo is kept; of the name that it came with nothing is left."""
    return f"logos/{secrets.token_hex(16)}.png"


def redraw(upload: File[bytes]) -> ContentFile[bytes]:
    """The picture as a PNG of at most 512 pixels a side, without anything but its pixels.

    What is transparent gets a ground that the drawing can be seen on, so that one file looks right
    on light and dark pages and in mails. Raises `ValidationError` for anything else than a small
    enough PNG, JPEG or WebP.
    """
    if (upload.size or 0) > MAX_BYTES:
        raise ValidationError("This file is too large. Two megabytes are enough.", code="too_large")
    try:
        with Image.open(upload, formats=FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise ValidationError(
                    "This picture has too many pixels. A width of 512 is enough.", code="too_large"
                )
            drawn = _draw(picture)
    except _BROKEN as error:
        raise ValidationError(_NOT_READ, code="unreadable") from error
    content = io.BytesIO()
    drawn.save(content, "PNG", optimize=True)
    return ContentFile(content.getvalue(), name="logo.png")


def _draw(picture: Image.Image) -> Image.Image:
    # A JPEG can be read at a fraction of its size, and need not be whole in memory at all.
    picture.draft("RGB", (MAX_SIDE, MAX_SIDE))
    if picture.mode == "P":
        # A palette's colours cannot be blended, so this comes before the size.
        picture = picture.convert("RGBA")
    elif picture.mode.startswith("I"):
        # 16 bits of grey; Pillow would cut off what is above 8 instead of scaling it.
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    picture.thumbnail((MAX_SIDE, MAX_SIDE))
    return _on_ground(ImageOps.exif_transpose(picture.convert("RGBA")))


def _on_ground(picture: Image.Image) -> Image.Image:
    """An opaque picture: a transparent one is trimmed and gets a ground with a margin."""
    alpha = picture.getchannel("A")
    box = alpha.getbbox()
    if box is None:
        raise ValidationError("This picture is empty: all of it is transparent.", code="empty")
    if alpha.getextrema() == (255, 255):
        margin, box = 0, (0, 0, *picture.size)
    else:
        margin = max(4, min(picture.size) // 10)
    mean = ImageStat.Stat(picture.convert("L"), mask=alpha).mean[0]
    drawing = picture.crop(box)
    size = (drawing.width + 2 * margin, drawing.height + 2 * margin)
    ground = Image.new("RGB", size, _BLACK if mean > _LIGHT_DRAWING else _WHITE)
    ground.paste(drawing, (margin, margin), drawing)
    ground.thumbnail((MAX_SIDE, MAX_SIDE))
    return ground
