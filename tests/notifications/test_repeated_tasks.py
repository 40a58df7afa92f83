"""A broker may hand out a task twice (late acknowledgement, visibility timeout): no harm done."""

import ast
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core import mail

from config import celery_app
from notifications.models import Message, OutboxEvent
from tests.conftest import Book, at

APPS = ("accounts", "booking", "config", "notifications")
OURS = sorted(name for name in celery_app.tasks if name.startswith(APPS))


def everything() -> list[Any]:
    rows = [list(model._default_manager.order_by("pk").values()) for model in apps.get_models()]
    return [*rows, len(mail.outbox)]


@pytest.mark.django_db
@pytest.mark.parametrize("name", OURS)
def test_a_task_run_twice_changes_nothing_more(name: str, booked: Book) -> None:
    booked(at(8))
    celery_app.tasks[name]()
    once = everything()
    celery_app.tasks[name]()
    assert everything() == once


@pytest.mark.django_db
def test_a_dispatch_leaves_something_to_compare(booked: Book) -> None:
    booked(at(8))
    before = everything()
    celery_app.tasks["notifications.tasks.dispatch"]()
    assert everything() != before
    assert (OutboxEvent.objects.count(), Message.objects.count(), len(mail.outbox)) == (1, 1, 1)


def test_no_task_waits_in_the_broker_for_its_time() -> None:
    """Redis hands out again what waits for longer than its visibility timeout (celery#7009)."""
    folders = [Path(settings.BASE_DIR, app) for app in APPS]
    files = [file for folder in folders for file in folder.rglob("*.py")]
    assert len(files) > 50
    assert [str(file) for file in files if {"eta", "countdown"} & keywords(file)] == []


def keywords(file: Path) -> set[str | None]:
    tree = ast.parse(file.read_text())
    return {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword)}
