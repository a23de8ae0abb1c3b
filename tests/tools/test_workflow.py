"""What runs at GitHub may do little, and runs what was looked at."""

import re

import pytest

from tools.notebooks import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_reads_only_and_its_actions_are_commits(path):
    text = path.read_text(encoding="utf-8")
    assert re.search(r"^permissions:\n  contents: read\n\n", text, re.MULTILINE)
    assert text.count("permissions:") == 1 and "write" not in text and "secrets" not in text
    actions = re.findall(r"uses: *(.*)", text)
    assert actions
    for action in actions:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action)


def test_the_readme_says_what_the_links_to_colab_run():
    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert "runs the published course's newest code" in text
