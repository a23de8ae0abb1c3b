"""The set-up: every Python and every trouble gets one sentence."""

import ast
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import tomllib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        ("raise OSError('[Errno 28] No space left on device')", "no room left on the disk"),
        ("raise OSError('[Errno 122] Disk quota exceeded')", "no room left on the disk"),
        ("raise PermissionError('[Errno 13] Permission denied')", "copy the course to a folder"),
        ("import os; os.kill(os.getpid(), 9)", "for lack of memory: close other programs"),
        ("import os; os.kill(os.getpid(), 4)", "lacks AVX"),
        ("1 / 0", "the lines above say why"),
    ],
)
def test_troubles_get_one_sentence(trouble, sentence):
    if "kill" in trouble and os.name == "nt":
        pytest.skip("no such signals")
    with pytest.raises(SystemExit, match=sentence):
        environment.run([sys.executable, "-c", trouble], "the lines above say why")


class Index(BaseHTTPRequestHandler):
    """A package index that answers with the status that its address names, and has no packages."""

    def do_GET(self):
        self.send_response(int(self.path.split("/")[1]))
        self.send_header("Content-Type", "text/html")
        self.end_headers()

    def log_message(self, *arguments):
        pass


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("503", "answers with an error: wait a while and run the same command again"),
        ("200", "has no build of a package for this computer"),
        (None, "could not be fetched: connect to a network"),
    ],
)
def test_an_index_that_gives_nothing_gets_a_sentence(monkeypatch, answer, sentence):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Index)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_port if answer else 9
    for name in [name for name in os.environ if re.match("PIP_|.*_proxy$", name, re.IGNORECASE)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{port}/{answer}")
    command = [sys.executable, "-m", "pip", "download", "--no-cache-dir", "--retries", "0"]
    with pytest.raises(SystemExit, match=sentence):
        environment.run([*command, "nbval-not-there"], "the lines above say why")
    server.shutdown()
    server.server_close()


# A pip that, like the real one, writes what says that a package is installed before its files.
PIP = """
import os, pathlib, random, sys, sysconfig, time
site, does = pathlib.Path(sysconfig.get_path("purelib")), os.environ["PIP_DOES"]
if does == "fail":
    sys.exit("NewConnectionError")
print("Collecting tensorflow\\nInstalling collected packages: tensorflow", flush=True)
if not (site / "tensorflow-2.dist-info").exists():
    (site / "tensorflow-2.dist-info").mkdir()
    if does == "hang":
        pathlib.Path("pip.pid").write_text(str(os.getpid()))
        time.sleep(60)
    (site / "tensorflow.py").write_text("1 / 0" if does == "spoil" else "")
    (site / "jupyterlab.py").touch()
"""

with_make = pytest.mark.skipif(
    os.name == "nt" or not shutil.which("make"), reason="make starts the set-up"
)


class Course:
    """A course of one page, whose pip is a small one, so that it is set up in half a second."""

    def __init__(self, folder):
        self.folder = folder
        self.ready = folder / ".venv" / "ready"
        fakes = folder / "fakes"
        for path, text in [
            ("fakes/pip.py", PIP),
            ("fakes/ensurepip.py", ""),
            ("tools/guide.py", "print('a guide')"),
            ("tools/environment.py", Path(environment.__file__).read_text(encoding="utf-8")),
            ("Makefile", (ROOT / "Makefile").read_text(encoding="utf-8")),
            ("random.py", "1 / 0"),  # a reader's own file, which is not the library
            ("requirements.txt", ""),
            ("constraints.txt", ""),
        ]:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
        self.environ = {**os.environ, "PYTHONPATH": str(fakes)}
        for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):  # of the make that runs these tests
            self.environ.pop(name, None)

    def start(self, pip=""):
        return subprocess.Popen(
            ["make", "guide", f"PYTHON={sys.executable}"],
            cwd=self.folder,
            env={**self.environ, "PIP_DOES": pip},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def make(self, pip=""):
        process = self.start(pip)
        text = process.communicate(timeout=60)[0]
        assert (process.returncode == 0) == text.endswith("a guide\n") == self.ready.exists(), text
        return text

    def hang(self):
        """Start a set-up and wait until its pip has written half a package."""
        process, pid = self.start("hang"), self.folder / "pip.pid"
        while not (pid.exists() and pid.read_text()):
            time.sleep(0.02)
            assert process.poll() is None
        pip = int(pid.read_text())
        pid.unlink()
        return process, pip


@with_make
def test_a_set_up_that_was_broken_off_is_told_and_made_anew(tmp_path):
    course = Course(tmp_path)
    for number in (signal.SIGINT, signal.SIGKILL):  # Ctrl-C; no power
        process, _ = course.hang()
        os.killpg(process.pid, number)
        text = process.communicate(timeout=60)[0]
        assert process.returncode and not course.ready.exists()
        told = "The set-up was broken off: run the same command again" in text
        assert told == (number == signal.SIGINT) and "Traceback" not in text
    assert "not whole, or not of this folder: it is made anew" in course.make()
    assert course.make().splitlines()[1:] == ["a guide"]  # after the command itself


@with_make
def test_two_set_ups_in_one_folder_do_not_meet(tmp_path):
    course = Course(tmp_path)
    process, pip = course.hang()
    assert "Another set-up is at work in this folder: wait" in course.make("")
    parent = subprocess.check_output(["ps", "-o", "ppid=", "-p", str(pip)], text=True)
    os.kill(int(parent), signal.SIGKILL)
    assert "Another set-up is at work" in course.make()  # a pip that outlived its set-up
    os.kill(pip, signal.SIGTERM)
    process.communicate(timeout=60)
    assert "made anew" in course.make()


@with_make
def test_an_environment_that_does_not_fit_is_made_anew(tmp_path):
    course = Course(tmp_path / "here")
    course.make()
    config = course.folder / ".venv" / "pyvenv.cfg"

    def other_python():
        config.write_text(re.sub(r"version = 3\.\d+", "version = 3.2", config.read_text()))

    def gone_python():
        for link in (course.folder / ".venv" / "bin").glob("python*"):
            link.unlink()
            link.symlink_to("/gone/python3")

    def other_machine():
        course.ready.write_text("made by tools/environment.py for Plan9 sparc")

    for harm in (other_python, gone_python, other_machine):
        harm()
        assert "not whole, or not of this folder: it is made anew" in course.make(), harm
    course.folder.rename(tmp_path / "moved")
    moved = Course(tmp_path / "moved")
    assert "it is made anew" in moved.make()
    moved.ready.write_text("made by tools/environment.py\n")  # before machines were noted
    assert "made anew" not in moved.make()


@with_make
def test_an_update_that_cannot_be_fetched_costs_nothing(tmp_path):
    course = Course(tmp_path)
    course.make()
    os.utime(course.folder / "requirements.txt")
    process = course.start("fail")
    assert "connect to a network" in process.communicate()[0] and process.returncode
    assert course.ready.exists() and "made anew" not in course.make()


@with_make
def test_an_environment_that_cannot_load_tensorflow_is_not_ready(tmp_path):
    course = Course(tmp_path)
    assert "The packages are installed, but cannot be loaded" in course.make("spoil")
    assert "made anew" in course.make()


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
