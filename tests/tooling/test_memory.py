from pathlib import Path

import pytest

from benchmarks.embedded import MEMORY
from benchmarks.installation import installation
from benchmarks.visitors import Tally, Visitor, visit_all


@pytest.mark.worker
def test_everything_together_stays_small_after_some_bookings(tmp_path: Path) -> None:
    tally = Tally()
    with installation(tmp_path) as here:
        starts = here.fill()[:40]
        visit_all(here.port, 8, Visitor.look, [""] * 16, tally)
        visit_all(here.port, 8, Visitor.book, starts, tally)
        memory = here.memory()
    assert (tally.made("booking"), dict(tally.errors)) == (40, {})
    assert memory < MEMORY
