"""Loaded before Django: the environment of a test run, which never touches the developer's data.

The first process of a run makes it; those that it starts (pytest-xdist's workers) inherit it.
`OPENSLOT_TEST_DATABASE=postgresql` and `OPENSLOT_TEST_REDIS=1` run the tests on private servers.
"""

import atexit
import os
import re
import shutil
import tempfile
from pathlib import Path

from tests import servers

ROOT = Path(__file__).resolve().parent.parent


def documented_variables() -> set[str]:
    """Every setting that `.env.example` names, set there or commented out."""
    text = ROOT.joinpath(".env.example").read_text()
    return set(re.findall(r"^(?:# ?)?([A-Z][A-Z0-9_]+)=", text, re.MULTILINE))


def make() -> None:
    for name in documented_variables():
        os.environ.pop(name, None)
    data_dir = tempfile.mkdtemp(prefix="openslot-test-")
    atexit.register(shutil.rmtree, data_dir, ignore_errors=True)
    os.environ.update(
        OPENSLOT_TEST_RUN=data_dir,
        ENV_FILE=os.devnull,
        SECRET_KEY="tests-only-" + "k" * 50,
        DATA_DIR=data_dir,
        STATIC_ROOT=f"{data_dir}/not-collected",
        BASE_URL="http://testserver",
        ALLOWED_HOSTS="testserver,localhost,127.0.0.1",
        RATE_LIMITS="off",
    )
    if os.environ.get("OPENSLOT_TEST_DATABASE") == "postgresql":
        os.environ["DATABASE_URL"] = servers.start_postgresql()
    if os.environ.get("OPENSLOT_TEST_REDIS") == "1":
        os.environ["REDIS_URL"] = servers.start_redis()


if "OPENSLOT_TEST_RUN" not in os.environ:
    make()
