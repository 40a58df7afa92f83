"""Take the pictures of the README anew, from the demo: `python -m deploy.pictures`."""

import io
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from benchmarks.installation import installation
from tests import servers

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
WIDTH = 1280
MAX_BYTES = 300_000
OWNER = "mara@salon-mara.example"


def main() -> int:
    with (
        tempfile.TemporaryDirectory(prefix="openslot-pictures-") as folder,
        installation(Path(folder), BASE_URL="http://book.salon-mara.example") as here,
        chromium() as page,
    ):
        site = f"http://localhost:{here.port}"
        page.goto(f"{site}/book/salon-mara/haircut/")
        page.get_by_role("link", name="Next month").click()
        page.locator("a.day[href]").nth(2).click()
        page.locator("#times[data-arrived]").wait_for()
        page.mouse.move(0, 0)
        take(page, "booking", height=800)
        sign_in(page, site, Path(here.environment["DATA_DIR"], "demo-password").read_text())
        take(page, "admin", height=730)
    return 0


@contextmanager
def chromium() -> Iterator[Page]:
    path = servers.find("chromium")
    if path is None:
        sys.exit("The pictures need chromium.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser.new_page(
            viewport={"width": WIDTH, "height": 800},
            device_scale_factor=2,
            color_scheme="light",
            reduced_motion="reduce",
            timezone_id="Europe/Berlin",
        )
        browser.close()


def sign_in(page: Page, site: str, password: str) -> None:
    page.goto(f"{site}/admin/")
    page.get_by_label("E-mail").fill(OWNER)
    page.get_by_label("Password").fill(password.strip())
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", level=1).wait_for()


def take(page: Page, name: str, *, height: int) -> None:
    """Save what the page shows, in 256 colours, which is a third of the size and looks the same."""
    page.set_viewport_size({"width": WIDTH, "height": height})
    picture = Image.open(io.BytesIO(page.screenshot()))
    path = FOLDER / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
    size = path.stat().st_size
    print(f"{path.relative_to(FOLDER.parent.parent)}: {size // 1000} kB")
    if size > MAX_BYTES:
        sys.exit(f"{name}.png is larger than {MAX_BYTES // 1000} kB.")


if __name__ == "__main__":
    sys.exit(main())
