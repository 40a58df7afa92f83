"""The queue of an installation without a broker: one file for each message.

kombu's own transport writes a message where the worker looks for it; a worker that comes between
opening and writing reads half of one, and ends. Here a message appears whole or not at all.
"""

import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{time.monotonic_ns() // 1_000_000}_{uuid.uuid4()}.{queue}.msg"
        folder = Path(self.data_folder_out)
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / f"{name}.new"
        unfinished.write_text(dumps(message))
        unfinished.replace(folder / name)


class Transport(filesystem.Transport):
    Channel = Channel
