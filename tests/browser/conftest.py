import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

# Playwright runs an event loop in this thread, and Django would refuse the ORM beside one.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


def chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": chromium(), "args": list(FLAGS)}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Pages begin on the salon's clock, so that nothing is loaded anew for the visitor's own."""
    return {**browser_context_args, "timezone_id": "Europe/Berlin"}


@pytest.fixture
def mail_folder(settings: Any, tmp_path: Path) -> Path:
    """Mails become files, as in a first `make run`."""
    settings.EMAIL_BACKEND = "notifications.channels.email_files.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    return tmp_path / "mail"


@pytest.fixture
def site(live_server: LiveServer, settings: Any) -> str:
    settings.BASE_URL = live_server.url
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    return str(live_server.url)


@pytest.fixture
def quiet_page(page: Page) -> Iterator[Page]:
    """A page on which nothing is said in the console: no error, no refused resource."""
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    yield page
    assert [line for line in said if line.startswith(("error", "warning"))] == []
