"""What is set up, what is not, and how to mend it: `manage.py doctor`.

One module for each noun; each of its looks yields findings. `registry` names them all and keeps
one that breaks from hiding the others.
"""

from booking.doctor.findings import Finding, Level, ok, problem, warning
from booking.doctor.registry import examine

__all__ = ["Finding", "Level", "examine", "ok", "problem", "warning"]
