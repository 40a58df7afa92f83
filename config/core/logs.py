import logging
import re

# The signed token of a client's own link: who reads it can cancel the booking.
_TOKEN = re.compile(r"\b[0-9a-f]{32}\.\d+\.[\w-]{20,}")


class HideTokens(logging.Filter):
    """Leaves the tokens of clients' links out of what is logged."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if _TOKEN.search(message):
            record.msg, record.args = _TOKEN.sub("…", message), ()
        return True


class ClosedIsNoError(logging.Filter):
    """Tells of an answer 503 as a warning: a page that is paused, or a moment when all is busy."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno == logging.ERROR and getattr(record, "status_code", None) == 503:
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        return True
