import ast
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy import install, setup

ROOT = Path(__file__).parents[2]


def interpreter(folder: Path, version: str) -> str:
    """A program that, like a Python of that version, prints its version when asked."""
    path = folder / f"python-{version}"
    path.write_text(f"#!/bin/sh\necho {version}\n")
    path.chmod(0o755)
    return str(path)


def test_choose_takes_the_first_supported_python(tmp_path: Path) -> None:
    old, new, newer = (interpreter(tmp_path, version) for version in ("3.8.18", "3.12.1", "3.13.0"))
    assert setup.choose(["not-there", old, new, newer]) == new


def test_choose_finds_nothing_among_too_old_and_too_new(tmp_path: Path) -> None:
    others = [interpreter(tmp_path, version) for version in ("2.7.18", "3.10.13", "3.14.0")]
    assert setup.choose(others) is None


def test_refusal_says_what_is_needed_what_is_here_and_what_to_do() -> None:
    assert setup.refusal("3.8.18") == (
        "Openslot needs Python 3.11, 3.12 or 3.13; python3 here is 3.8.18."
        " Install one of them, or: make run PYTHON=python3.12"
    )


def test_setup_is_written_for_old_pythons() -> None:
    for node in ast.walk(ast.parse(ROOT.joinpath("deploy/setup.py").read_text())):
        assert not isinstance(node, ast.AnnAssign | ast.JoinedStr | ast.NamedExpr)
        assert not isinstance(node, ast.arg) or node.annotation is None


def test_setup_with_an_old_python_says_one_line(tmp_path: Path) -> None:
    script = tmp_path / "deploy" / "setup.py"
    script.parent.mkdir()
    script.write_text(ROOT.joinpath("deploy/setup.py").read_text())
    versions = Path.home().glob(".pyenv/versions/[23].*/bin/python")
    for python in versions:
        version = python.parents[1].name
        if setup.is_supported(version):
            continue
        told = subprocess.run(
            [python, script, "base"], env={"PATH": ""}, capture_output=True, text=True, check=False
        )
        assert (told.returncode, told.stdout) == (1, "")
        assert told.stderr == setup.refusal(version) + "\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of its own, with requirements that need no network."""
    tmp_path.joinpath("requirements").mkdir()
    tmp_path.joinpath("requirements", "nothing.txt").write_text("")
    monkeypatch.setattr(install, "ROOT", tmp_path)
    return tmp_path


def test_install_makes_keeps_and_repairs_the_environment(project: Path) -> None:
    venv = project / ".venv"
    stamp = venv / "installed"
    install.install("nothing", venv)
    made = stamp.stat().st_mtime_ns
    install.install("nothing", venv)
    assert stamp.stat().st_mtime_ns == made

    stamp.unlink()  # as an interrupted run leaves it
    rest = venv / "half-installed"
    rest.touch()
    install.install("nothing", venv)
    assert stamp.exists()
    assert not rest.exists()


def test_install_without_network_says_so(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    project.joinpath("requirements", "unreachable.txt").write_text(
        f"--index-url http://127.0.0.1:9/simple\ndjango==5.2.1 --hash=sha256:{'0' * 64}\n"
    )
    with pytest.raises(install.CannotInstall, match="Check the network and try again"):
        install.install("unreachable", project / ".venv")
    assert not project.joinpath(".venv", "installed").exists()


def test_install_without_the_venv_module_names_the_package(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    with pytest.raises(install.CannotInstall, match=f"apt install python{version}-venv"):
        install.install("nothing", project / ".venv")
