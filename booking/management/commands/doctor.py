import json
import sys
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand

from booking.doctor import Finding, Level, examine, mail
from booking.doctor.registry import Report


class Command(BaseCommand):
    help = "Say what is set up, what is not, and how to mend it. Exit code 1 with any problem."
    # They would stop it where it is needed most.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--mail-to", metavar="ADDRESS", help="really send a mail there")
        parser.add_argument("--json", action="store_true", help="for monitors")

    def handle(self, *args: Any, **options: Any) -> None:
        report = examine()
        if options["mail_to"]:
            report.append(("mail", mail.send_to(options["mail_to"])))
        levels = Counter(finding.level for _, finding in report)
        if options["json"]:
            self.stdout.write(as_json(report, levels))
        else:
            self._print(report, levels)
        if levels[Level.PROBLEM]:
            sys.exit(1)

    def _print(self, report: Report, levels: Counter[Level]) -> None:
        width = max(len(name) for name, _ in report)
        for name, finding in report:
            self.stdout.write(f"{self._level(finding)}  {name:{width}}  {finding.text}")
            if finding.fix:
                self.stdout.write(f"{'':9}{'':{width}}  → {finding.fix}")
        self.stdout.write("\n" + ", ".join(f"{level}: {levels[level]}" for level in Level))

    def _level(self, finding: Finding) -> str:
        styles = {
            Level.OK: self.style.SUCCESS,
            Level.WARNING: self.style.WARNING,
            Level.PROBLEM: self.style.ERROR,
        }
        return styles[finding.level](f"{finding.level:7}")


def as_json(report: Report, levels: Counter[Level]) -> str:
    """The worst level as `status`, then every finding."""
    worst = next(level for level in reversed(Level) if levels[level])
    findings = [
        {"about": name, "level": finding.level, "text": finding.text, "fix": finding.fix}
        for name, finding in report
    ]
    return json.dumps({"status": worst, "findings": findings}, indent=2, ensure_ascii=False)
