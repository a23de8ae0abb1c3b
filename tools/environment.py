"""Make the course's environment: `python3 tools/environment.py`.

Runs before anything is installed, and with any Python that a reader may have: it uses the standard
library alone and no syntax newer than Python 3.4, so that an old one gets a sentence to read.
"""

from __future__ import print_function

import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys

SUPPORTED = ((3, 13), (3, 12), (3, 11))
NEEDED_GB = 3.0  # 2.0 GB installed, the rest while pip downloads and unpacks

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
BIN = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin")
PYTHON = os.path.join(BIN, "python.exe" if os.name == "nt" else "python")
READY = os.path.join(VENV, "ready")  # tells make that the environment is whole
MACHINE = "%s %s" % (platform.system(), platform.machine())
AGAIN = "run the same command again; what was fetched so far is kept."

# What pip says when something other than the course is at fault, and what helps.
TROUBLES = (
    (
        r"No space left|Errno 28|not enough space|Errno 122|quota exceeded",
        "There is no room left on the disk: free %.1f GB and run the same command again."
        % NEEDED_GB,
    ),
    (
        r"too many 5\d\d error|5\d\d Server Error|HTTP error 5\d\d",
        "The package index, or a proxy before it, answers with an error: wait a while and " + AGAIN,
    ),
    (
        r"from versions: \d|nothing fits$",
        "The package index has no build of a package for this computer (%s); the README says under "
        '"Without make" which computers the course runs on.' % MACHINE,
    ),
    (
        r"NewConnectionError|Max retries|getaddrinfo|Name or service not known|Temporary failure|"
        r"ConnectTimeout|Network is unreachable|ProxyError|Connection (refused|aborted|reset)|"
        r"Read timed out|IncompleteRead|SSLError|from versions: none",
        "The packages could not be fetched: connect to a network (sign in to it, or check the "
        "proxy) and " + AGAIN,
    ),
    (
        r"ended with -9$",
        "The system stopped the set-up, most often for lack of memory: close other programs and "
        + AGAIN,
    ),
    (
        r"ended with (-4|3221225501)$",  # an illegal instruction, on Unix and on Windows
        "TensorFlow does not run on this processor, which lacks AVX: use another one, or Colab.",
    ),
    (
        r"Permission denied|Read-only file system|Errno 13|Errno 30",
        "The folder %s cannot be written: copy the course to a folder of your own and run the same "
        "command there." % ROOT,
    ),
)


def find_python():
    """Return the command of a Python that the course supports: this one, or another installed."""
    if sys.version_info[:2] in SUPPORTED:
        return [sys.executable]
    for major, minor in SUPPORTED:
        name = "python%d.%d" % (major, minor)
        if shutil.which(name) and answers([name], (major, minor)):
            return [name]
    if os.name == "nt" and shutil.which("py"):
        for major, minor in SUPPORTED:
            command = ["py", "-%d.%d" % (major, minor)]
            if answers(command, (major, minor)):
                return command
    age = "old" if sys.version_info[:2] < SUPPORTED[-1] else "new"
    sys.exit(
        "This Python is too %s (%d.%d); the course needs 3.11, 3.12 or 3.13: install one of them "
        "and run the same command again (or name it: make lab PYTHON=/path/to/python3.12)."
        % ((age,) + tuple(sys.version_info[:2]))
    )


def answers(command, version):
    """Whether a command starts a Python of that version (a name on the path may be a mere shim)."""
    script = "import sys, venv; print('%d.%d' % sys.version_info[:2])"
    return _says(command + ["-c", script]) == "%d.%d" % version


def _says(command):
    """Return what a command prints, or nothing if it cannot be run."""
    try:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    except OSError:
        return ""
    return process.communicate()[0].decode().strip()


def check_room():
    """Stop with a sentence if the environment would not fit on the disk."""
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < NEEDED_GB:
        sys.exit(
            "There is no room on the disk: the course needs %.1f GB, %.1f GB are free in %s."
            % (NEEDED_GB, free, ROOT)
        )


def hold_others_off():
    """Stop if another set-up is at work here, were it only a pip that outlived its own."""
    lock = os.open(os.path.join(ROOT, "requirements.txt"), os.O_RDONLY)
    os.set_inheritable(lock, True)
    try:
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit("Another set-up is at work in this folder: wait until it has ended, and " + AGAIN)
    except (ImportError, OSError):  # Windows, or a file system without locks
        pass


def is_whole():
    """Whether `.venv` was set up to its end, in this folder, on such a machine, for this Python.

    The environment's own Python is to ask: one that has gone away does not answer.
    """
    try:
        with open(READY, encoding="utf-8") as file:
            machine = file.read().partition(" for ")[2].strip()
        with open(os.path.join(VENV, "pyvenv.cfg"), encoding="utf-8") as file:
            text = file.read()
        place = re.search(r"^command = .* -m venv (?:--\S+ )*(.+)$", text, re.MULTILINE).group(1)
        here = os.path.samefile(place, VENV) and machine in ("", MACHINE)
        return here and "version = %d.%d." % sys.version_info[:2] in text
    except (AttributeError, OSError):
        return False


def make_environment(python):
    """Create `.venv` with pip, unless it is whole.

    It is made anew where a set-up was broken off: pip takes a package as installed whose files are
    still missing.
    """
    if _says([PYTHON, os.path.abspath(__file__), "--whole"]):
        return
    if os.path.lexists(VENV):
        print("The environment in .venv is not whole, or not of this folder: it is made anew.")
    failure = "Python could not make an environment; on Debian, Ubuntu: apt install python3-venv."
    run(python + ["-P", "-m", "venv", "--clear", "--without-pip", VENV], failure)
    check_room()
    run([PYTHON, "-P", "-m", "ensurepip", "--default-pip"], failure)


def install():
    """Install what requirements.txt names, in the versions of constraints.txt."""
    print("Installing into .venv: 2.0 GB, one to a few minutes, once.", flush=True)
    run(
        [PYTHON, "-P", "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
        + ["--retries", "2", "--prefer-binary", "--progress-bar", "off"]
        + ["-r", "requirements.txt", "-c", "constraints.txt"],
        "The packages could not be installed; the lines above say why.",
    )
    _not_whole()
    run(
        [PYTHON, "-I", "-c", "import tensorflow, jupyterlab"],
        "The packages are installed, but cannot be loaded; the lines above say why.",
    )


def _not_whole():
    """Take back, before files are written, that the environment is whole."""
    if os.path.exists(READY):
        os.remove(READY)


def quiet_jupyterlab():
    """Turn off JupyterLab's question about news, which would meet every student at the start."""
    folder = os.path.join(VENV, "share", "jupyter", "lab", "settings")
    if not os.path.isdir(folder):
        os.makedirs(folder)
    with open(os.path.join(folder, "overrides.json"), "w") as file:
        news = {"fetchNews": "false", "checkForUpdates": False}
        json.dump({"@jupyterlab/apputils-extension:notification": news}, file)


def run(command, failure):
    """Run a command in the course's folder; stop with one sentence if it fails."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
        close_fds=False,
    )
    output = []
    try:
        for line in process.stdout:
            output.append(line)
            _show_step(line)
    except KeyboardInterrupt:
        process.kill()
        raise
    if process.wait() == 0:
        return
    text = "".join(output) + "ended with %d" % process.returncode
    if "from versions: none" in text:
        text += _ask_index(command[0], text)
    for pattern, sentence in TROUBLES:
        if re.search(pattern, text):
            sys.exit(sentence)
    sys.stderr.write(text[-3000:])
    sys.exit(failure)


def _ask_index(python, text):
    """Return why pip found no version of a package, which it tells only at its most talkative."""
    name = re.search(r"requirement ([\w.-]+).*from versions: none", text).group(1)
    said = _says([python, "-m", "pip", "-vv", "index", "versions", "--retries", "0", name])
    return "\n".join(re.findall("Could not fetch URL.*", said) or ["nothing fits"])


def _show_step(line):
    """Show on one line what pip is doing; its own output is hundreds of lines."""
    step = re.match(r"(Collecting|Processing|Installing collected packages)\W+(\S+)", line)
    if step and step.group(1).startswith("Inst"):
        _not_whole()
    if step and sys.stdout.isatty():
        what = "installing" if step.group(1).startswith("Inst") else os.path.basename(step.group(2))
        print("\r  " + what[:70].ljust(70), end="", flush=True)


def main():
    """Make the environment, or say whether it is whole: make asks before all that it does."""
    if sys.argv[1:] == ["--whole"]:
        print("whole" if is_whole() else "")
        return
    python = find_python()
    hold_others_off()
    make_environment(python)
    install()
    quiet_jupyterlab()
    with open(READY, "w") as file:
        file.write("made by tools/environment.py for %s\n" % MACHINE)
    print("\r" + "Ready: the next call starts at once.".ljust(72))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nThe set-up was broken off: " + AGAIN)
