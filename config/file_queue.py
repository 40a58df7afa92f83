"""The queue of an installation without a broker: one file for each message.

kombu's own transport writes a file where others look for it; a process that comes between opening
and writing reads half of one, and fails. Here a file appears whole or not at all.
"""

import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for folder in (self.data_folder_in, self.data_folder_out, self.control_folder):
            Path(folder).mkdir(parents=True, exist_ok=True)

    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{time.monotonic_ns() // 1_000_000}_{uuid.uuid4()}.{queue}.msg"
        _write_whole(Path(self.data_folder_out) / name, dumps(message))

    def _queue_bind(self, exchange: str, *args: Any) -> None:
        # kombu locks the file of an exchange, but not before it has emptied a new one.
        file = Path(self.control_folder) / f"{exchange}.exchange"
        if not file.exists():
            _write_whole(file, "[]", keep=True)
        super()._queue_bind(exchange, *args)


class Transport(filesystem.Transport):
    Channel = Channel


def _write_whole(file: Path, text: str, *, keep: bool = False) -> None:
    """Write beside, then give the name; `keep` leaves a file that has come in between."""
    unfinished = file.with_name(f"{file.name}.{uuid.uuid4()}.new")
    unfinished.write_text(text)
    if not keep:
        unfinished.replace(file)
        return
    try:
        file.hardlink_to(unfinished)
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()
