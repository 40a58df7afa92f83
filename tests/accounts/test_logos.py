import io
import random
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image, PngImagePlugin

from accounts.admin import BusinessForm
from accounts.logos import MAX_PIXELS, redraw
from accounts.models import Business, User

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def encoded(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    content = io.BytesIO()
    picture.save(content, kind, **options)
    return content.getvalue()


def upload(content: bytes, name: str = "logo.png", kind: str = "image/png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, kind)


def redrawn(content: bytes) -> Image.Image:
    return Image.open(redraw(upload(content)))


def business_form(business: Business, **fields: object) -> dict[str, object]:
    form = BusinessForm(instance=business)
    given = {name: form.initial.get(name) or "" for name in form.fields if name != "logo"}
    return given | fields


def files() -> list[Path]:
    return sorted((settings.MEDIA_ROOT / "logos").glob("*"))


@pytest.fixture(autouse=True)
def media(settings: object, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]


@pytest.fixture
def with_logo(client: Client, owner: User, business: Business) -> Business:
    client.force_login(owner)
    _send(client, business, logo=upload(encoded(Image.new("RGB", (300, 150), "#7a3b5d"))))
    return business


def _send(client: Client, business: Business, **fields: object) -> None:
    address = f"/admin/accounts/business/{business.pk}/change/"
    answer = client.post(address, business_form(business, **fields))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    business.refresh_from_db()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_drawn_anew_and_small(kind: str) -> None:
    drawn = redrawn(encoded(Image.new("RGB", (2000, 1000), "#7a3b5d"), kind))
    assert (drawn.format, drawn.mode, drawn.size) == ("PNG", "RGB", (512, 256))


def test_nothing_but_the_pixels_is_kept() -> None:
    said = PngImagePlugin.PngInfo()
    said.add_text("Comment", "<script>alert(1)</script>")
    exif = Image.Exif()
    exif[0x010E] = "where I live"
    content = encoded(Image.new("RGB", (9, 9)), pnginfo=said, exif=exif, icc_profile=b"x" * 200)
    drawn = redrawn(content + b"<?php echo 1;")
    assert drawn.info == {}
    assert b"<?php" not in redraw(upload(content + b"<?php echo 1;")).read()


def test_a_photo_taken_sideways_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert redrawn(encoded(Image.new("RGB", (40, 20)), "JPEG", exif=exif)).size == (20, 40)


@pytest.mark.parametrize(
    ("drawing", "ground"), [("#102030", (255, 255, 255)), ("#fafafa", (23, 25, 28))]
)
def test_a_transparent_drawing_gets_a_ground_that_it_is_seen_on(
    drawing: str, ground: tuple[int, int, int]
) -> None:
    picture = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    picture.paste(drawing, (40, 40, 60, 60))
    drawn = redrawn(encoded(picture))
    assert (drawn.size, drawn.getpixel((0, 0))) == ((40, 40), ground)


@pytest.mark.parametrize(
    "content",
    [
        SVG,
        b"",
        b"GIF89a" + b"\0" * 40,
        b"<html>",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 64,
        encoded(Image.new("RGB", (20, 20)), "GIF"),
        encoded(Image.new("RGB", (20, 20)), "TIFF"),
        encoded(Image.new("RGBA", (20, 20), (0, 0, 0, 0))),
        encoded(Image.new("RGB", (200, 200)))[:90],
    ],
)
def test_what_is_no_picture_of_the_three_kinds_is_refused(content: bytes) -> None:
    with pytest.raises(ValidationError):
        redraw(upload(content))


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_decoded() -> None:
    bomb = encoded(Image.new("1", (20_000, 20_000)))
    assert len(bomb) < 100_000
    with pytest.raises(ValidationError):
        redraw(upload(bomb))
    just_too_many = encoded(Image.new("1", (MAX_PIXELS // 1000 + 1, 1000)))
    with pytest.raises(ValidationError, match="too many pixels"):
        redraw(upload(just_too_many))


def test_a_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(ValidationError, match="too large"):
        redraw(upload(encoded(Image.new("RGB", (9, 9))) + b"\0" * 2_000_000))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_damaged_picture_is_drawn_or_refused_and_never_a_fault(kind: str) -> None:
    dice = random.Random(7)  # noqa: S311 - repeatable, not secret
    whole = encoded(Image.effect_noise((64, 64), 80), kind)
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(dice.randint(1, 8)):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        try:
            assert max(redrawn(bytes(damaged)).size) <= 512
        except ValidationError:
            continue


@pytest.mark.django_db(transaction=True)
def test_the_owner_sets_and_removes_the_logo(client: Client, with_logo: Business) -> None:
    assert (with_logo.logo_width, with_logo.logo_height, len(files())) == (300, 150, 1)
    page = client.get("/book/salon-mara/").content.decode()
    assert with_logo.logo_path in page
    _send(client, with_logo, **{"logo-clear": "on"})
    assert (with_logo.logo.name, with_logo.logo_width, files()) == ("", None, [])
    assert "/media/" not in client.get("/book/salon-mara/").content.decode()


def test_a_form_without_a_file_leaves_the_logo(client: Client, with_logo: Business) -> None:
    before = with_logo.logo.name
    _send(client, with_logo, name="Mara")
    assert (with_logo.logo.name, with_logo.name) == (before, "Mara")


def test_an_svg_is_refused_by_the_form(client: Client, with_logo: Business) -> None:
    svg = upload(SVG, "logo.svg", "image/svg+xml")
    address = f"/admin/accounts/business/{with_logo.pk}/change/"
    answer = client.post(address, business_form(with_logo, logo=svg))
    assert (answer.status_code, "cannot be read" in answer.content.decode()) == (200, True)
    assert len(files()) == 1


@pytest.mark.django_db(transaction=True)
def test_a_new_logo_takes_the_place_of_the_old_one(client: Client, with_logo: Business) -> None:
    old = with_logo.logo_path
    _send(client, with_logo, logo=upload(encoded(Image.new("RGB", (10, 10))), "../../x.html"))
    assert [file.name for file in files()] == [Path(str(with_logo.logo)).name]
    answer = client.get(old)
    assert (answer.status_code, answer.headers["Location"]) == (302, with_logo.logo_path)


def test_writing_an_old_row_back_leaves_the_new_logo(client: Client, with_logo: Business) -> None:
    old = Business.objects.get(pk=with_logo.pk)
    content = encoded(Image.new("RGB", (40, 40), "green"))
    _send(client, with_logo, logo=upload(content))
    with_logo.refresh_from_db()
    old.description = "Changed elsewhere"
    old.save()
    old.refresh_from_db()
    assert old.logo.name == with_logo.logo.name
    assert client.get(old.logo_path).status_code == 200


def test_sixteen_bits_of_grey_stay_grey() -> None:
    drawn = redrawn(encoded(Image.new("I;16", (10, 10), 32768)))
    assert abs(drawn.convert("L").getpixel((5, 5)) - 128) < 3  # type: ignore[operator]


def test_the_logo_is_served_as_nothing_but_a_picture(client: Client, with_logo: Business) -> None:
    answer = client.get(with_logo.logo_path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer.headers["Cache-Control"]
    assert not answer.cookies
    assert Image.open(io.BytesIO(answer.content)).size == (300, 150)


def test_a_logo_that_is_not_there_is_a_404(client: Client, with_logo: Business) -> None:
    files()[0].unlink()
    assert client.get(with_logo.logo_path).status_code == 404
    assert client.get("/media/salon-mara/..%2F..%2Fdb.png").status_code in {302, 404}
    assert client.get("/media/nobody/x.png").status_code == 404


def test_staff_read_whether_there_is_a_logo(
    client: Client, staff: User, business: Business
) -> None:
    client.force_login(staff)
    page = client.get(f"/admin/accounts/business/{business.pk}/change/")
    assert (page.status_code, "logo" in page.content.decode().lower()) == (200, True)


@pytest.mark.parametrize("slug", ["nope/../x", "Swim School!", "admin"])
def test_a_link_that_cannot_be_used_leaves_the_logo_where_it_is(
    client: Client, with_logo: Business, slug: str
) -> None:
    form = business_form(with_logo, slug=slug)
    page = client.post(f"/admin/accounts/business/{with_logo.pk}/change/", form)
    assert page.status_code == 200
    assert with_logo.logo_path in page.content.decode()
