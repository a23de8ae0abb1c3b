"""The hub's files fit each other, and their arithmetic is right; `make hub-check` runs the hub."""

import re

import yaml
from traitlets.config.loader import PyFileConfigLoader

from tools import stamp
from tools.hub import DEPLOY
from tools.notebooks import ROOT

CONFIG = PyFileConfigLoader(str(DEPLOY / "jupyterhub_config.py")).load_config()
TEXT = (DEPLOY / "values.yaml").read_text(encoding="utf-8")
VALUES = yaml.safe_load(TEXT)
GB = 1024**3


def test_one_server_and_kubernetes_give_a_student_the_same():
    student = VALUES["singleuser"]
    assert f"{CONFIG.Spawner.mem_limit / GB:g}G" == student["memory"]["limit"]
    assert CONFIG.Spawner.cpu_limit == student["cpu"]["limit"]
    threads = CONFIG.Spawner.environment["TF_NUM_INTRAOP_THREADS"]
    assert threads == student["extraEnv"]["TF_NUM_INTRAOP_THREADS"] == str(CONFIG.Spawner.cpu_limit)
    kernels = student["extraFiles"]["kernels"]["data"]["MappingKernelManager"]
    assert [f"--MappingKernelManager.{k}={v}" for k, v in kernels.items()] == CONFIG.Spawner.args
    assert f"--timeout={VALUES['cull']['timeout']}" in CONFIG.JupyterHub.services[0]["command"]
    assert CONFIG.JupyterHub.default_url == stamp.front_door(ROOT.as_uri())


def test_the_sums_of_the_comments_come_out_and_are_those_of_the_values():
    sums = dict(re.findall(r"^# (.*): +([^:\n]+ = [\d,]+)$", TEXT, re.MULTILINE))
    assert len(sums) >= 5
    for what, text in sums.items():
        left, right = text.replace(",", "").split(" = ")
        assert re.fullmatch(r"[\d.x/ ]+", left), what
        assert abs(eval(left.replace("x", "*")) - int(right)) < 1, what
    memory, cpu = VALUES["singleuser"]["memory"], VALUES["singleuser"]["cpu"]
    count = VALUES["hub"]["activeServerLimit"]
    assert sums["GB that students are sure of"].startswith(f"{count} x {memory['guarantee'][:-1]} ")
    assert sums["students a node, by its cores"].split(" = ")[0].endswith(f"/ {cpu['guarantee']}")


def test_the_image_copies_what_there_is_and_does_not_run_as_root():
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    known = {"FROM", "RUN", "WORKDIR", "COPY", "ARG", "ENV", "USER", "EXPOSE", "CMD"}
    assert {words[0] for words in lines} == known and lines[0][0] == "FROM"
    for words in lines:
        assert words[0] != "COPY" or all((ROOT / name).exists() for name in words[1:-1])
    assert [words[1] for words in lines if words[0] == "USER"][-1] == "jovyan"
    pins = (DEPLOY / "requirements.txt").read_text(encoding="utf-8")
    assert re.search(r"ARG JUPYTERHUB=(\S+)", text)[1] == re.search(r"jupyterhub==(\S+)", pins)[1]
