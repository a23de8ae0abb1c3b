"""A hub for a class on one Linux server; README.md beside this file says how to start it.

`make hub-check` runs this very file, with the differences that stand in loopback_config.py.
"""

import os
import sys
from pathlib import Path
from urllib.parse import urlencode

c = get_config()  # noqa: F821

HERE = Path(__file__).resolve().parent
COURSE = HERE.parents[1]
COURSE_ENVIRONMENT = COURSE / ".venv"
GB = 1024**3

# What a student may use; README.md has the figures that these come from.
MEMORY = 3 * GB  # at most
MEMORY_USUAL = 2.1 * GB  # lecture 5 run as a whole, the heaviest
CORES = 2
IDLE_SERVER = 60 * 60  # seconds, then it is stopped; files stay
IDLE_KERNEL = 30 * 60  # seconds, of a page that is open nowhere

# Who may come in: the server's users in the group `course`, with the passwords they have there.
c.JupyterHub.authenticator_class = "pam"
c.LocalAuthenticator.allowed_groups = {"course"}
c.LocalAuthenticator.admin_groups = {"sudo"}

# Passwords cross the network encrypted, or not at all: without a certificate the hub is seen on
# this machine only, where a web server may stand before it.
TLS = Path("/etc/jupyterhub")
if (TLS / "tls.crt").exists():
    c.JupyterHub.ssl_cert, c.JupyterHub.ssl_key = str(TLS / "tls.crt"), str(TLS / "tls.key")
    c.JupyterHub.bind_url = "https://:443"
else:
    c.JupyterHub.bind_url = "http://127.0.0.1:8000"
proxy = HERE / "node_modules" / ".bin" / "configurable-http-proxy"
c.ConfigurableHTTPProxy.command = [str(proxy)]

# A student's server is a unit of systemd, under the student's own account, held to its limits.
c.JupyterHub.spawner_class = "systemd"
c.Spawner.mem_limit = MEMORY
c.Spawner.cpu_limit = CORES
c.SystemdSpawner.unit_extra_properties = {
    "MemorySwapMax": "0",
    "OOMPolicy": "continue",  # who fills the memory loses the kernel, not the whole server
}
c.SystemdSpawner.isolate_tmp = True
c.SystemdSpawner.isolate_devices = True
c.SystemdSpawner.disable_user_sudo = True
c.SystemdSpawner.extra_paths = [str(Path(sys.executable).parent)]

# The server has the course's packages: .venv-hub sees them, and is told where JupyterLab lies.
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.environment = {
    "JUPYTERLAB_DIR": str(COURSE_ENVIRONMENT / "share" / "jupyter" / "lab"),
    "JUPYTER_CONFIG_PATH": str(COURSE_ENVIRONMENT / "etc" / "jupyter"),
    "TF_NUM_INTRAOP_THREADS": str(CORES),  # TensorFlow counts the machine's cores, not its share
}
c.Spawner.args = [
    f"--MappingKernelManager.cull_idle_timeout={IDLE_KERNEL}",
    "--MappingKernelManager.cull_interval=300",
]

# The hub's front door: it fetches the course, or what is new in it, and opens lecture 1. The course
# comes from the server's own copy, so that it fits what is installed here and needs no network.
LINK = "/hub/user-redirect/git-pull?" + urlencode(
    {
        "repo": os.environ.get("COURSE_REPOSITORY", COURSE.as_uri()),
        "branch": "main",
        "targetpath": "course",
        "urlpath": "lab/tree/course/notebooks/01_dense_mnist.ipynb",
    }
)
c.JupyterHub.default_url = LINK

# A class comes all at once. Nobody is turned away at the door (a limit of servers that start
# together answers the others with an error): all start, and have the time for it. Who comes when
# the memory is spoken for is told so.
c.JupyterHub.concurrent_spawn_limit = 0
c.Spawner.start_timeout = c.Spawner.http_timeout = 180
memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
c.JupyterHub.active_server_limit = max(1, int((memory - 2 * GB) / MEMORY_USUAL))
c.JupyterHub.cleanup_servers = False  # a restart of the hub stops nobody's work

# Idle servers are stopped.
c.JupyterHub.services = [
    {
        "name": "idle-culler",
        "command": [
            *(sys.executable, "-m", "jupyterhub_idle_culler"),
            *(f"--timeout={IDLE_SERVER}", "--cull-every=300"),
        ],
    }
]
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["idle-culler"],
    }
]
