"""Install what a hub needs: `python -m tools.hub`, which `make hub` calls.

The hub has an environment of its own, .venv-hub, which sees the course's packages in .venv and adds
to them; what is installed for the course stays as it is. The proxy comes from npm.
"""

from __future__ import annotations

import shutil
import sys
import sysconfig
from pathlib import Path

from tools.environment import AGAIN, run
from tools.notebooks import ROOT

DEPLOY = ROOT / "deploy" / "jupyterhub"
ENVIRONMENT = ROOT / ".venv-hub"
PYTHON = ENVIRONMENT / "bin" / "python"

NO_NPM = "npm is missing, which brings the hub's proxy: install Node.js 20 or newer and " + AGAIN
FAILED = (
    "The hub could not be installed; the lines above say why. Connect to a network and " + AGAIN
)


def set_up() -> None:
    """Make the hub's environment anew, in the versions that are pinned."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit(NO_NPM)
    print("Installing the hub into .venv-hub: 120 MB, once.", flush=True)
    run([sys.executable, "-P", "-m", "venv", "--clear", "--without-pip", str(ENVIRONMENT)], FAILED)
    course = sysconfig.get_path("purelib")
    packages = ENVIRONMENT / Path(course).relative_to(sys.prefix)
    (packages / "course.pth").write_text(f"import site; site.addsitedir({course!r})\n")
    pip = [str(PYTHON), "-P", "-m", "pip", "install", "--quiet", "--no-input"]
    pip += ["--disable-pip-version-check", "-r", str(DEPLOY / "requirements.txt")]
    run([*pip, "-c", str(ROOT / "constraints.txt")], FAILED)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    run([*command, "--prefix", str(DEPLOY)], FAILED)
    (ENVIRONMENT / "ready").touch()  # tells make that it is whole


if __name__ == "__main__":
    set_up()
