"""Statements that are written once and used often.

The ORM takes several times longer to write a statement than the database to answer it. What is
asked with every look at free times, and stored with every booking, is written at its first use.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import (
    BigIntegerField,
    CharField,
    DateTimeField,
    Expression,
    Field,
    Func,
    IntegerField,
    Model,
    QuerySet,
)
from django.db.models.sql.compiler import SQLCompiler

M = TypeVar("M", bound=Model)
# A statement with more of them is read anew by psycopg each time (`MAX_CACHED_STATEMENT_PARAMS`).
_MOST_VALUES = 50


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
    def _written(self) -> tuple[str, list[Any]]:
        """The statement, and the values and `Param`s to be given with it.

        Empty texts become part of the statement: only so a partial index that is about them can
        always be used. Where there are very many values, so do numbers (ids, most likely).
        """
        sql, params = self._rows.query.sql_with_params()
        literals = [
            self._literal(param, is_one_of_many=len(params) > _MOST_VALUES) for param in params
        ]
        written = sql.replace("%%", "%%%%") % tuple(text or "%s" for text in literals)
        return written, [param for param, text in zip(params, literals, strict=True) if not text]

    @staticmethod
    def _literal(param: object, *, is_one_of_many: bool) -> str:
        if is_one_of_many and type(param) is int:
            return str(param)
        return "''" if param == "" and isinstance(param, str) else ""

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


def insert(*rows: M) -> None:
    """Store new rows of one model and set their ids; as in `bulk_create`, nothing is told of it."""
    for row, pk in zip(rows, _insert(rows, or_ignore=False), strict=True):
        _mark_stored(row, pk)


def insert_unless_there(row: Model) -> bool:
    """Store a new row and set its id, unless a unique constraint refuses it. Whether it is stored.

    One that another transaction is about to store is waited for.
    """
    ids = _insert([row], or_ignore=True)
    if ids:
        _mark_stored(row, ids[0])
    return bool(ids)


def _insert(rows: Sequence[Model], *, or_ignore: bool) -> list[Any]:
    connection = connections[DEFAULT_DB_ALIAS]
    model = type(rows[0])
    values = [
        field.get_db_prep_save(field.pre_save(row, add=True), connection)
        for row in rows
        for field in _stored_fields(model)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_insertion(model, len(rows), or_ignore=or_ignore), values)
        return [pk for (pk,) in cursor.fetchall()]


@lru_cache(maxsize=64)
def _insertion(model: type[Model], count: int, *, or_ignore: bool) -> str:
    quoted = connections[DEFAULT_DB_ALIAS].ops.quote_name
    fields = _stored_fields(model)
    columns = ", ".join(quoted(str(field.column)) for field in fields)
    row = f"({', '.join(['%s'] * len(fields))})"
    conflict = " ON CONFLICT DO NOTHING" if or_ignore else ""
    table, pk = quoted(model._meta.db_table), quoted(str(model._meta.pk.column))
    rows = ", ".join([row] * count)
    return f"INSERT INTO {table} ({columns}) VALUES {rows}{conflict} RETURNING {pk}"  # noqa: S608


@lru_cache(maxsize=64)
def _stored_fields(model: type[Model]) -> tuple[Any, ...]:
    """All but the id, which the database gives."""
    return tuple(field for field in model._meta.concrete_fields if not field.primary_key)


def _mark_stored(row: Model, pk: object) -> None:
    row.pk = pk
    row._state.adding = False
    row._state.db = DEFAULT_DB_ALIAS
