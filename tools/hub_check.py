"""Let a class into a hub on this machine: `python -m tools.hub_check [--students 20]`.

Starts deploy/jupyterhub/jupyterhub_config.py with the differences in loopback_config.py. Each
student then does what a browser would: logs in, follows the hub's link, gets a server, the course
and lecture 1, and runs a line in a kernel. One of them fills the memory; the others go on. At the
end all are idle, and the culler stops their servers. Exits with 1 where something is missing.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from tools.hub import DEPLOY, PYTHON
from tools.hub_student import Student
from tools.notebooks import ROOT

PATIENCE = 300  # seconds for a class to get its servers, and for the culler to stop them
ANSWER = 20  # seconds for a kernel to answer while another fills the memory

# What a student runs: the course is the student's own copy, and its data are there. It tells what
# the server and the kernel take, in MB.
FIRST_LINES = """\
import os, resource, sys
from pathlib import Path
sys.path.insert(0, str(Path.cwd().parent))  # as the set-up cell does
import lecture_utils
from lecture_utils import datasets
(x_train, _), _ = datasets.load_mnist()
server = Path(f"/proc/{os.getppid()}/status").read_text().split("VmRSS:")[1].split()[0]
kernel = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(x_train.shape, int(server) // 1000, kernel // 1000, lecture_utils.__file__)"""

# Twice what is allowed, so that it comes to an end where no limit holds.
FILL = """\
blocks = []
for _ in range({blocks}):
    blocks.append(b"x" * 10**8)"""


def free_port() -> int:
    """Return a port of this machine that nothing listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def copy_of_course(folder: Path) -> str:
    """Return the address of a repository with what is committed here as its branch main."""
    course = folder / "course.git"
    git = ["git", "-C", str(course)]
    subprocess.run(["git", "clone", "--quiet", "--bare", ROOT.as_uri(), str(course)], check=True)
    subprocess.run([*git, "update-ref", "refs/heads/main", "HEAD"], check=True)
    subprocess.run([*git, "symbolic-ref", "HEAD", "refs/heads/main"], check=True)
    return course.as_uri()


def start_hub(folder: Path, url: str, token: str) -> subprocess.Popen:
    """Start a hub on loopback and return its process; its log and its students are in a folder."""
    (folder / "homes").mkdir()
    environ = os.environ | {
        "CHECK_URL": url,
        "CHECK_HUB_PORT": str(free_port()),
        "CHECK_PROXY_API": f"http://127.0.0.1:{free_port()}",
        "CHECK_CULLER_TOKEN": token,
        "CHECK_HOMES": str(folder / "homes"),
        "COURSE_REPOSITORY": copy_of_course(folder),
    }
    command = [PYTHON, "-m", "jupyterhub", "--config", DEPLOY / "loopback_config.py"]
    with (folder / "log").open("w") as log:
        return subprocess.Popen(command, cwd=folder, env=environ, stdout=log, stderr=log)


def wait_for(true: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Wait until something holds; raise TimeoutError, which names it, if it never does."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not after {seconds} s")
        time.sleep(0.5)


def answers(url: str) -> bool:
    """Whether a server answers there."""
    try:
        return requests.get(f"{url}/hub/health", timeout=5).ok
    except requests.ConnectionError:
        return False


def all_get_the_course(students: list[Student]) -> None:
    """Let all students in at once; print how long it took and what it takes."""
    start = time.monotonic()
    with ThreadPoolExecutor(len(students)) as pool:
        list(pool.map(Student.come_in, students))
        opened = time.monotonic() - start
        said = list(pool.map(lambda student: student.run(FIRST_LINES), students))
    for student, text in zip(students, said, strict=True):
        if not text.startswith("(60000, 28, 28)") or f"/{student.name}/course/" not in text:
            raise ValueError(f"{student.name} did not get the course's data: {text}")
    servers, kernels = zip(*(map(int, text.split()[3:5]) for text in said), strict=True)
    print(
        f"{len(students)} students have a server, the course and lecture 1: {opened:.0f} s; "
        f"and a kernel: {time.monotonic() - start:.0f} s\n"
        f"a server takes {max(servers)} MB, a kernel {max(kernels)} MB, at most",
        flush=True,
    )


def one_fills_the_memory(students: list[Student], limit: int) -> None:
    """Let the first student fill the memory, while all others go on; print what each got."""
    blocks = 2 * limit // 10**8
    with ThreadPoolExecutor(1) as pool:
        filling = pool.submit(students[0].run, FILL.format(blocks=blocks))
        slowest, rounds = 0.0, 0
        while rounds == 0 or not filling.done():
            rounds += 1
            for student in students[1:]:
                start = time.monotonic()
                if student.run("print(6 * 7)", ANSWER) != "42\n":
                    raise ValueError(f"{student.name}'s kernel did not answer")
                slowest = max(slowest, time.monotonic() - start)
        got = filling.result()
    if "MemoryError" not in got:
        raise ValueError(f"a student filled {2 * limit / 1e9:.0f} GB, and got {got!r}")
    if students[0].run("print(6 * 7)", ANSWER) != "42\n":
        raise ValueError("who filled the memory cannot go on")
    print(
        f"one student filled {limit / 1e9:.1f} GB, got a MemoryError, and goes on; the others' "
        f"kernels answered {rounds * (len(students) - 1)} times, the slowest in {slowest:.1f} s",
        flush=True,
    )


def idle_servers_stop(students: list[Student], url: str, token: str) -> None:
    """Run the culler with the rights that the configuration gives it, until no server is left."""
    command = [PYTHON, "-m", "jupyterhub_idle_culler", "--timeout=1", "--cull-every=2"]
    environ = os.environ | {"JUPYTERHUB_API_TOKEN": token}
    culler = subprocess.Popen(
        [*command, f"--url={url}/hub/api"], env=environ, stderr=subprocess.DEVNULL
    )
    header = {"Authorization": f"token {token}"}

    def none_left() -> bool:
        users = requests.get(f"{url}/hub/api/users", headers=header, timeout=30).json()
        return len(users) == len(students) and not any(user["servers"] for user in users)

    try:
        wait_for(none_left, "idle servers are stopped")
    finally:
        culler.terminate()
    print(f"the culler stopped all {len(students)} idle servers", flush=True)


def memory_limit() -> int:
    """Return how many bytes the configuration allows a student."""
    script = "from traitlets.config import PyFileConfigLoader as Loader, Config; import sys, json;"
    script += "print(json.dumps(Loader(sys.argv[1]).load_config().Spawner.mem_limit))"
    command = [PYTHON, "-c", script, DEPLOY / "jupyterhub_config.py"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def check(count: int, folder: Path) -> None:
    """Go through all that a class needs of the hub."""
    url, token = f"http://127.0.0.1:{free_port()}", secrets.token_hex(32)
    hub = start_hub(folder, url, token)
    try:
        wait_for(lambda: answers(url), "the hub answers", 60)
        students = [Student(url, f"student{number:02}") for number in range(1, count + 1)]
        all_get_the_course(students)
        one_fills_the_memory(students, memory_limit())
        idle_servers_stop(students, url, token)
    except Exception:
        print((folder / "log").read_text()[-5000:], file=sys.stderr)
        raise
    finally:
        hub.send_signal(signal.SIGTERM)  # it stops the servers that are left
        hub.wait(60)


def main() -> None:
    """Check the hub with as many students as asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=20)
    count = parser.parse_args().students
    with tempfile.TemporaryDirectory() as folder:
        check(count, Path(folder))


if __name__ == "__main__":
    main()
