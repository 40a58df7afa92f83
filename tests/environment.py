"""Loaded before Django: the environment of a test run, which never touches the developer's data."""

import os
import tempfile

os.environ.update(
    SECRET_KEY="tests-only-" + "k" * 50,
    DATA_DIR=os.environ.get("OPENSLOT_TEST_DATA") or tempfile.mkdtemp(prefix="openslot-test-"),
    BASE_URL="http://testserver",
    ALLOWED_HOSTS="testserver,localhost,127.0.0.1",
)
