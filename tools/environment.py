"""Make the course's environment: `python3 tools/environment.py`.

Runs before anything is installed, and with any Python that a reader may have: it uses the standard
library alone and no syntax newer than Python 3.4, so that an old one gets a sentence to read.
"""

from __future__ import print_function

import json
import os
import re
import shutil
import subprocess
import sys

SUPPORTED = ((3, 13), (3, 12), (3, 11))
NEEDED_GB = 3.0  # 2.0 GB installed, the rest while pip downloads and unpacks

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
BIN = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin")
PYTHON = os.path.join(BIN, "python.exe" if os.name == "nt" else "python")

# What pip says when something other than the course is at fault, and what helps.
TROUBLES = (
    (
        r"No space left|Errno 28|not enough space",
        "There is no room left on the disk: free %.1f GB and run the same command again."
        % NEEDED_GB,
    ),
    (
        r"NewConnectionError|Max retries|getaddrinfo|Name or service not known|Temporary failure|"
        r"ConnectTimeout|Network is unreachable|ProxyError|Connection (refused|aborted|reset)|"
        r"Read timed out|SSLError|from versions: none",
        "The packages could not be fetched: connect to a network (or check the proxy) and run the "
        "same command again; what was fetched so far is kept.",
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
    process = subprocess.Popen(
        command + ["-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    return process.communicate()[0].decode().strip() == "%d.%d" % version


def check_room():
    """Stop with a sentence if the environment would not fit on the disk."""
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < NEEDED_GB:
        sys.exit(
            "There is no room on the disk: the course needs %.1f GB, %.1f GB are free in %s."
            % (NEEDED_GB, free, ROOT)
        )


def make_environment(python):
    """Create `.venv`, or make it anew where an earlier one is broken or of another Python."""
    if _starts([PYTHON, "-m", "pip", "--version"]):
        return
    run(
        python + ["-m", "venv", "--clear", VENV],
        "Python could not make an environment; on Debian and Ubuntu: apt install python3-venv.",
    )


def _starts(command):
    """Whether a command can be run and ends well."""
    try:
        silent = subprocess.DEVNULL
        return subprocess.call(command, stdout=silent, stderr=silent) == 0
    except OSError:
        return False


def install():
    """Install what requirements.txt names, in the versions of constraints.txt."""
    print("Installing into .venv: 2.0 GB, one to a few minutes, once.", flush=True)
    run(
        [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
        + ["--retries", "2", "--prefer-binary", "--progress-bar", "off"]
        + ["-r", "requirements.txt", "-c", "constraints.txt"],
        "The packages could not be installed; the lines above say why.",
    )


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
    )
    output = []
    for line in process.stdout:
        output.append(line)
        _show_step(line)
    if process.wait() == 0:
        return
    text = "".join(output)
    for pattern, sentence in TROUBLES:
        if re.search(pattern, text):
            sys.exit(sentence)
    sys.stderr.write(text[-3000:])
    sys.exit(failure)


def _show_step(line):
    """Show on one line what pip is doing; its own output is hundreds of lines."""
    step = re.match(r"(Collecting|Processing|Installing collected packages)\W+(\S+)", line)
    if step and sys.stdout.isatty():
        what = "installing" if step.group(1).startswith("Inst") else os.path.basename(step.group(2))
        print("\r  " + what[:70].ljust(70), end="", flush=True)


def main():
    """Make the environment; the file `.venv/ready` tells make that it is whole."""
    python = find_python()
    check_room()
    make_environment(python)
    install()
    quiet_jupyterlab()
    with open(os.path.join(VENV, "ready"), "w") as file:
        file.write("made by tools/environment.py\n")
    print("\r" + "Ready: the next call starts at once.".ljust(72))


if __name__ == "__main__":
    main()
