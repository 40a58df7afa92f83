"""Queries that are written once and asked often.

The ORM takes several times longer to write a query than the database to answer it. What is asked
with every look at free times is written at its first use, and then only asked.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import (
    BigIntegerField,
    CharField,
    DateTimeField,
    Expression,
    Field,
    Func,
    IntegerField,
    QuerySet,
)
from django.db.models.sql.compiler import SQLCompiler


class Param(Expression):
    """Stands in a query for a value that is given when it is asked."""

    def __init__(self, name: str, output_field: Field[Any, Any]) -> None:
        super().__init__(output_field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        return "%s", [self]


# Typed as anything, to stand wherever such a value may.
def moment_param(name: str) -> Any:
    return Param(name, DateTimeField())


def text_param(name: str) -> Any:
    return Param(name, CharField())


def id_param(name: str) -> Any:
    return Param(name, BigIntegerField())


class Epoch(Func):
    """An instant as whole seconds since 1970-01-01T00:00:00Z, cut off."""

    output_field = IntegerField()

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **context: Any) -> Any:
        template = "CAST(strftime('%%%%s', %(expressions)s) AS INTEGER)"
        return self.as_sql(compiler, connection, template=template, **context)

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **context: Any) -> Any:
        template = "FLOOR(EXTRACT(EPOCH FROM %(expressions)s))::bigint"
        return self.as_sql(compiler, connection, template=template, **context)


class Prepared:
    """A query of values, with the `Param`s in it left open.

    Values come as the database's driver gives them: ask for numbers and text, instants as `Epoch`.
    """

    def __init__(self, rows: QuerySet[Any, Any]) -> None:
        self._rows = rows

    @cached_property
    def _written(self) -> tuple[str, tuple[Any, ...]]:
        return self._rows.query.sql_with_params()

    def rows(self, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
        connection = connections[DEFAULT_DB_ALIAS]
        sql, params = self._written
        given = [
            param.output_field.get_db_prep_value(values[param.name], connection)
            if isinstance(param, Param)
            else param
            for param in params
        ]
        with connection.cursor() as cursor:
            cursor.execute(sql, given)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
