"""Compile requirements/*.in, one after the other, so that all three agree on each version."""

import subprocess
import sys
from pathlib import Path

UV = Path(sys.executable).parent / "uv"
COMPILE = [str(UV), "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
COMPILE += ["--generate-hashes", "--no-emit-index-url", "--no-header"]


def main(options: list[str]) -> int:
    for name, constraints in (("base", []), ("production", ["base"]), ("development", ["base"])):
        command = [*COMPILE, *options, f"requirements/{name}.in", "-o", f"requirements/{name}.txt"]
        for other in constraints:
            command += ["-c", f"requirements/{other}.txt"]
        if subprocess.run(command, check=False).returncode:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
