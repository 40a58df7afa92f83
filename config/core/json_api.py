"""How bodies of the API are read: as JSON in UTF-8, whatever else a request asks for."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class Parser(BaseParser):
    """JSON in UTF-8 (RFC 8259 §8.1), as long as other bodies may be.

    A charset that the client names is not believed: some of Python's unpack a megabyte to a
    thousand.
    """

    media_type = "application/json"

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        # Read from the stream, a body of any length would be taken.
        body: bytes = parser_context["request"].body if parser_context else stream.read()
        try:
            return json.loads(body.decode(), parse_constant=_refuse)
        except RecursionError as error:
            raise ParseError("This is nested too deeply.") from error
        except ValueError as error:
            raise ParseError("This is not JSON in UTF-8.") from error


class AlwaysTheSame(BaseContentNegotiation):
    """The view's own parser that fits, and its first renderer: `Accept` changes nothing."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        given = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == given), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type or ""


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
