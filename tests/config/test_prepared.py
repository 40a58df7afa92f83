"""Statements that are written once do what they would if they were written each time."""

from copy import copy
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection
from django.db.transaction import atomic
from django.test.utils import CaptureQueriesContext

from booking.models import Booking, Client, HistoryEntry, Service, Source
from config.core.prepared import (
    Epoch,
    Prepared,
    id_param,
    insert,
    insert_unless_there,
    moment_param,
    text_param,
)
from tests.conftest import Book, at


def test_each_asking_has_values_of_its_own(service: Service, booked: Book) -> None:
    first, second = booked(at(8)), booked(at(9))
    query = Prepared(
        Booking.objects.filter(
            service=id_param("service"), starts_at__gte=moment_param("since")
        ).values_list("pk", Epoch("starts_at"))
    )
    values = {"service": service.pk, "since": at(9)}
    later = (second.pk, int(at(9).timestamp()))
    assert query.rows(values) == [later]
    both = query.rows(values | {"since": at(9) - timedelta(minutes=1, hours=1)})
    assert sorted(both) == [(first.pk, int(at(8).timestamp())), later]
    assert query.rows(values | {"service": 0}) == []


def test_one_asking_is_one_query(service: Service) -> None:
    query = Prepared(Service.objects.filter(pk=id_param("pk")).values_list("slug"))
    with CaptureQueriesContext(connection) as queries:
        assert query.rows({"pk": service.pk}) == [("haircut",)]
    assert len(queries) == 1


def test_a_long_list_of_ids_is_part_of_the_statement(service: Service) -> None:
    ids = [service.pk, *range(-60, 0)]
    query = Prepared(Service.objects.filter(pk__in=ids, slug=text_param("slug")).values_list("pk"))
    assert query.rows({"slug": "haircut"}) == [(service.pk,)]
    assert query.rows({"slug": "50%"}) == []


def test_a_row_is_stored_as_the_orm_stores_it(booked: Book) -> None:
    booking = booked(answers=[{"key": "topic", "label": "Topic", "value": "“50 %s”"}])
    again = copy(booking)
    again.pk, again.uuid, again.reference = None, uuid4(), "again"
    insert(again)
    stored, first = Booking.objects.get(pk=again.pk), Booking.objects.get(pk=booking.pk)
    differ = {
        field.name
        for field in Booking._meta.concrete_fields
        if getattr(stored, field.attname) != getattr(first, field.attname)
    }
    assert differ == {"id", "uuid", "reference"}
    assert not again._state.adding


def test_several_rows_are_one_statement_and_get_ids_in_order(booked: Book) -> None:
    booking = booked()
    rows = [
        HistoryEntry(booking=booking, event=name, actor_kind="client", source=Source.WEB)
        for name in ("first", "second", "third")
    ]
    with CaptureQueriesContext(connection) as queries:
        insert(*rows)
    assert len(queries) == 1
    for row in rows:
        assert HistoryEntry.objects.get(pk=row.pk).event == row.event


def test_a_row_that_is_there_is_left_as_it_is(service: Service) -> None:
    first = Client(business=service.business, name="Eva", email="eva@example.com")
    second = Client(business=service.business, name="Other", email="EVA@example.com")
    assert insert_unless_there(first)
    assert not insert_unless_there(second)
    assert second._state.adding
    assert Client.objects.get().name == "Eva"
    with pytest.raises(IntegrityError), atomic():
        insert(second)
