"""Queries that are written once answer as if they were written each time."""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking.models import Booking, Service
from config.core.prepared import Epoch, Prepared, id_param, moment_param
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
