"""How many SQL statements an answer takes: `python -m benchmarks.statements` on a site.

Reads named requests as JSON. Of several with one name the last counts: what the process keeps from
the ones before is there. So do BEGIN and COMMIT.
"""

import json
import sys
from typing import TypedDict
from urllib.parse import parse_qsl

import django
from django.db import connection


class Asked(TypedDict):
    name: str
    path: str
    form: str
    is_htmx: bool


def main() -> None:
    django.setup()
    asked: list[Asked] = json.load(sys.stdin)
    # The later of those with one name counts.
    print(json.dumps({each["name"]: count(each) for each in asked}))


def count(asked: Asked) -> int:
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    headers = {"HX-Request": "true"} if asked["is_htmx"] else None
    client = Client(SERVER_NAME="localhost", headers=headers)
    with CaptureQueriesContext(connection) as captured:
        if asked["form"]:
            client.post(asked["path"], dict(parse_qsl(asked["form"])))
        else:
            client.get(asked["path"])
    return len(captured)


if __name__ == "__main__":
    main()
