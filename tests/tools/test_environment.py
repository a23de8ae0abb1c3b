"""The set-up: every Python and every trouble gets one sentence."""

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest

from tools import environment
from tools.notebooks import ROOT


@pytest.mark.parametrize(("version", "age"), [((3, 10, 2), "old"), ((3, 14, 0), "new")])
def test_a_python_that_does_not_fit_gets_a_sentence(monkeypatch, version, age):
    monkeypatch.setattr(sys, "version_info", version)
    monkeypatch.setattr(environment.shutil, "which", lambda name: None)
    sentence = rf"too {age} \(3\.1\d\); the course needs 3\.11, 3\.12 or"
    with pytest.raises(SystemExit, match=sentence):
        environment.find_python()


def test_another_python_that_fits_is_used_instead(monkeypatch):
    assert environment.answers([sys.executable], tuple(sys.version_info[:2]))
    assert not environment.answers([sys.executable], (3, 10))  # a name that only pretends
    monkeypatch.setattr(sys, "version_info", (3, 9, 1))
    monkeypatch.setattr(environment.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(environment, "answers", lambda command, version: version == (3, 12))
    assert environment.find_python() == ["python3.12"]


def test_no_room_on_the_disk_is_said_before_anything_is_fetched(monkeypatch):
    usage = type("Usage", (), {"free": 1.2e9})
    monkeypatch.setattr(environment.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(SystemExit, match=r"no room on the disk: .* 3\.0 GB, 1\.2 GB are free"):
        environment.check_room()


PIP_WITHOUT_NETWORK = """
import subprocess, sys
options = ["--isolated", "--no-cache-dir", "--index-url", "http://127.0.0.1:9/", "--retries", "0"]
sys.exit(subprocess.call([sys.executable, "-m", "pip", "download", *options, "nbval-not-there"]))
"""


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        ("raise OSError('[Errno 28] No space left on device')", "no room left on the disk"),
        ("raise PermissionError('[Errno 13] Permission denied')", "copy the course to a folder"),
        (PIP_WITHOUT_NETWORK, "could not be fetched: connect to a network"),
        ("1 / 0", "the lines above say why"),
    ],
)
def test_troubles_get_one_sentence(trouble, sentence):
    with pytest.raises(SystemExit, match=sentence):
        environment.run([sys.executable, "-c", trouble], "the lines above say why")


def test_set_up_needs_the_oldest_pythons_syntax_and_the_standard_library():
    source = Path(environment.__file__).read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 4))
    imports = (node for node in tree.body if isinstance(node, ast.Import))
    assert {alias.name for node in imports for alias in node.names} <= sys.stdlib_module_names


def test_constraints_pin_whatever_is_required():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    required = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    required += settings["project"]["dependencies"]
    names = {match[0] for line in required if (match := re.match(r"\w[\w-]*", line))}
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert len(names) >= 13
    assert names <= set(re.findall(r"^([\w-]+)==", pinned, re.MULTILINE))
