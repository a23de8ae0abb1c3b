"""What `make hub-check` has different from jupyterhub_config.py, and why."""

import os
from pathlib import Path

load_subconfig(str(Path(__file__).with_name("jupyterhub_config.py")))  # noqa: F821
c = get_config()  # noqa: F821

# Students that exist nowhere, with any password.
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True

# Local processes of one user, as there may be no systemd: the limit is then one of each process,
# not of all that a student runs, and nothing limits the cores.
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = os.environ["CHECK_HOMES"] + "/{username}"
c.Spawner.cmd = ["prlimit", f"--data={c.Spawner.mem_limit}", *c.Spawner.cmd]
c.Spawner.args += ["--allow-root"] * (os.geteuid() == 0)

# Ports and the idle culler are the check's own; the culler's rights are those of the configuration.
c.JupyterHub.bind_url = os.environ["CHECK_URL"]
c.JupyterHub.hub_port = int(os.environ["CHECK_HUB_PORT"])
c.ConfigurableHTTPProxy.api_url = os.environ["CHECK_PROXY_API"]
c.ConfigurableHTTPProxy.auth_token = os.environ["CHECK_CULLER_TOKEN"][::-1]
[culler] = c.JupyterHub.services
del culler["command"]
culler["api_token"] = os.environ["CHECK_CULLER_TOKEN"]

# This machine is as small as it is: none of the twenty is turned away, all servers stop at the end.
c.JupyterHub.active_server_limit = 0
c.JupyterHub.cleanup_servers = True
