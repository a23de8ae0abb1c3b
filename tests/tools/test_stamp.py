"""Stamping: the one address reaches every page, and the set-up cell finds or fetches the course."""

import json
import subprocess
import sys

import pytest

from tools import check, stamp
from tools.notebooks import ROOT, notebook_paths, read

ADDRESS = "https://github.com/someone/convnets"


def test_stamp_reaches_set_up_cell_link_and_readme():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    stamped = stamp.stamp_readme(text, ADDRESS)
    for path in notebook_paths():
        notebook = read(path)
        assert not list(check.stamped(notebook, path))  # with the address that all have now
        stamp.stamp(notebook, path.name, ADDRESS)
        sources = "\n".join(cell.source for cell in notebook.cells)
        assert f'REPOSITORY = "{ADDRESS}"' in sources
        for place in (
            "colab.research.google.com/github/",
            "kernels/welcome?src=https://github.com/",
        ):
            link = f"{place}someone/convnets/blob/main/notebooks/{path.name})"
            assert link in sources and link in stamped
    assert "](https://mybinder.org/v2/gh/someone/convnets/main?urlpath=" in stamped
    assert "](https://codespaces.new/someone/convnets)" in stamped
    assert stamp.stamp_readme(stamped, stamp.repository()) == text


@pytest.mark.parametrize("address", ["", "https://gitlab.com/a/b"])
def test_without_an_address_on_github_links_lead_to_the_first_pages(address):
    for place, (first_page, _) in stamp.PLACES.items():
        assert stamp.link(address, "01.ipynb", place, "Open") == f"[Open]({first_page})"


def test_what_other_machines_run_is_as_stamped():
    for path, text in stamp.files(stamp.repository()).items():
        assert path.read_text(encoding="utf-8") == text, f"{path}: run `make stamp`"
    container, *_, values, image = stamp.files(ADDRESS).values()
    assert json.loads(container)["postCreateCommand"] == "python tools/environment.py"
    assert f"default_url: {stamp.front_door(ADDRESS)}\n" in values
    assert f"\nFROM python:{stamp.PYTHON}-slim\n" in image


# The set-up cell.


def tiny_course(folder):
    """Write what the set-up cell looks for; return what it then says of Keras."""
    (folder / "lecture_utils").mkdir(parents=True)
    (folder / "lecture_utils" / "__init__.py").touch()
    (folder / "lecture_utils" / "backend.py").write_text("keras = 'Keras, of ' + __file__")
    return f"Keras, of {folder / 'lecture_utils' / 'backend.py'}\n"


def run_set_up(address, folder):
    """Run the set-up cell as Colab would: alone in a folder, the package not installed."""
    script = (
        "import sys\n"
        "sys.meta_path[:] = [f for f in sys.meta_path if 'editable' not in repr(f).lower()]\n"
        f"sys.path[:] = [p for p in sys.path if p not in ('', {str(ROOT)!r})]\n"
    )
    script += stamp.setup_cell(address) + "\nprint(keras)"
    folder.mkdir(parents=True, exist_ok=True)
    return subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True
    )


def test_alone_in_a_folder_a_stamped_page_fetches_the_course_once(tmp_path):
    source = tmp_path / "convnets"
    keras = tiny_course(source).replace(str(tmp_path), str(tmp_path / "colab"))
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org"]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "course"]):
        subprocess.run([*git, *arguments], cwd=source, check=True)
    for _ in range(2):
        result = run_set_up(source.as_uri(), tmp_path / "colab")
        assert result.stdout == keras
    assert "Cloning" not in result.stderr


def test_alone_in_a_folder_a_page_without_address_or_network_says_what_to_do(tmp_path):
    result = run_set_up("", tmp_path / "colab")
    sentence = "The course is not here: open this page inside it, or `make stamp` its address."
    assert (result.returncode, result.stderr) == (1, sentence + "\n")
    result = run_set_up((tmp_path / "nowhere").as_uri(), tmp_path / "colab")
    assert result.stderr.splitlines()[-1].startswith("The course could not be fetched from file:")


@pytest.mark.parametrize("below", [".", "notebooks/deeper"])
def test_inside_the_course_the_set_up_cell_finds_it(tmp_path, below):
    keras = tiny_course(tmp_path)
    result = run_set_up("https://example.org/never-asked", tmp_path / below)
    assert result.stdout == keras, result.stderr
