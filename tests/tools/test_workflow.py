"""What runs at GitHub may do little, and runs what was looked at."""

import re

import pytest

from tools.notebooks import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_reads_only_and_its_actions_are_commits(path):
    text = path.read_text(encoding="utf-8")
    assert re.search(r"^permissions:\n  contents: read\n\n", text, re.MULTILINE)
    # The one job that writes puts what another has built on the Pages, and runs no code of ours.
    jobs = re.split(r"^  (?=\w+:$)", text, flags=re.MULTILINE)
    writing = [job for job in jobs if "permissions:\n      " in job or ": write" in job]
    assert [job.partition(":")[0] for job in writing] == ["deploy"] * (path.stem == "pages")
    assert not any("run:" in job or "checkout" in job for job in writing)
    assert "secrets" not in text
    actions = re.findall(r"uses: *(.*)", text)
    assert actions
    for action in actions:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action)


def test_the_readme_says_what_the_links_to_colab_run():
    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert "runs the published course's newest code" in text
