"""The commands for maintainers: set-up, record, stamp, and what importing the package costs."""

import copy
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import check, environment, record, stamp
from tools.notebooks import ROOT, notebook_paths, read

# Set-up.


@pytest.mark.parametrize(("version", "age"), [((3, 10, 2), "old"), ((3, 14, 0), "new")])
def test_a_python_that_does_not_fit_gets_a_sentence(monkeypatch, version, age):
    monkeypatch.setattr(sys, "version_info", version)
    monkeypatch.setattr(environment.shutil, "which", lambda name: None)
    with pytest.raises(
        SystemExit, match=rf"too {age} \(3\.1\d\); the course needs 3\.11, 3\.12 or"
    ):
        environment.find_python()


def test_another_python_that_fits_is_used_instead(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 1))
    monkeypatch.setattr(environment.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(environment, "answers", lambda command, version: version == (3, 12))
    assert environment.find_python() == ["python3.12"]


def test_a_name_that_only_pretends_to_be_a_python_is_passed_over():
    assert not environment.answers([sys.executable], (3, 10))
    assert environment.answers([sys.executable], tuple(sys.version_info[:2]))


def test_no_room_on_the_disk_is_said_before_anything_is_fetched(monkeypatch):
    usage = type("Usage", (), {"free": 1.2e9})
    monkeypatch.setattr(environment.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(SystemExit, match=r"no room on the disk: .* 3\.0 GB, 1\.2 GB are free"):
        environment.check_room()


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "no room left on the disk"),
        (
            "Max retries exceeded with url: Failed to resolve, NewConnectionError",
            "connect to a net",
        ),
        ("PermissionError: [Errno 13] Permission denied: '.venv'", "copy the course to a folder"),
        ("something else went wrong", "lines above say why"),
    ],
)
def test_troubles_get_one_sentence(error, sentence):
    script = f"import sys; sys.stderr.write({error!r}); sys.exit(1)"
    with pytest.raises(SystemExit, match=sentence):
        environment.run([sys.executable, "-c", script], "The lines above say why.".lower())


def test_pip_without_a_network_gets_the_networks_sentence(tmp_path):
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--retries",
        "0",
        "--isolated",
        "--no-cache-dir",
    ]
    command += ["--target", str(tmp_path), "--index-url", "http://127.0.0.1:9/", "nbval-not-there"]
    with pytest.raises(SystemExit, match="could not be fetched: connect to a network"):
        environment.run(command, "failed")


def test_set_up_speaks_the_oldest_pythons_syntax():
    import ast

    ast.parse(Path(environment.__file__).read_text(encoding="utf-8"), feature_version=(3, 4))


def test_requirements_and_constraints_agree():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    names = {line.split(">=")[0] for line in lines if line and line[0] not in "#-"}
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert names <= {line.split("==")[0] for line in pinned if not line.startswith("#")}


# The package.


def test_importing_the_package_costs_next_to_nothing():
    script = (
        "import sys, time, numpy; start = time.perf_counter(); import lecture_utils; "
        "import lecture_utils.convolution, lecture_utils.datasets; "
        "print(time.perf_counter() - start); "
        "print([name for name in ('tensorflow', 'keras', 'matplotlib') if name in sys.modules])"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.splitlines()
        for _ in range(3)
    ]
    assert min(float(seconds) for seconds, _ in runs) < 0.15
    assert {loaded for _, loaded in runs} == {"[]"}


def test_a_users_own_settings_of_tensorflow_are_kept():
    script = "import os, lecture_utils; print(os.environ['TF_ENABLE_ONEDNN_OPTS'])"
    environ = {**os.environ, "TF_ENABLE_ONEDNN_OPTS": "0"}
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environ, capture_output=True, text=True
    )
    assert result.stdout == "0\n"


@pytest.mark.parametrize(
    ("keras", "sentence"),
    [
        ("__version__ = '2.15.0'", "needs Keras 3.13 or newer, this is 2.15.0: run"),
        ("raise ImportError('no tensorflow')", "needs Keras with TensorFlow, and one of them is"),
    ],
)
def test_an_old_or_missing_keras_gets_a_sentence(tmp_path, keras, sentence):
    (tmp_path / "keras.py").write_text(keras)
    script = f"import sys; sys.path[:0] = [{str(tmp_path)!r}]; import lecture_utils.models"
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True
    )
    assert sentence in result.stderr.splitlines()[-1]


# Recording.


@pytest.fixture
def page(tmp_path):
    """Write a notebook of the given cells and return its path."""

    def write(*sources, **metadata):
        cells = [new_code_cell(source, id=f"cell-{n}") for n, source in enumerate(sources)]
        cells[-1].metadata.update(metadata)
        path = tmp_path / "99_page.ipynb"
        nbformat.write(new_notebook(cells=[new_markdown_cell("# 99", id="title"), *cells]), path)
        return path

    return write


PICTURE = "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.title('line')\nplt.show()"


def test_recording_twice_changes_no_byte(page):
    timed = (
        "import time\nfrom lecture_utils.reporting import report\n"
        "report('seconds since 1970', time.time(), at_least=1, digits=6, timed=True)\nprint('end')"
    )
    path = page("print('hello')\nprint('again')", timed, PICTURE, alt=["A straight line."])
    record.record(path)
    first = path.read_bytes()
    record.record(path)
    assert path.read_bytes() == first
    cells = read(path).cells
    assert [cell.execution_count for cell in cells[1:]] == [1, 2, 3]
    assert cells[1].outputs[0].text == "hello\nagain\n"
    assert cells[3].outputs[0].metadata == {"image/png": {"alt": "A straight line."}}


def test_recording_renews_what_no_clock_measured(page):
    path = page("print('accuracy: 0.98 (at least 0.9: yes)')")
    record.record(path)
    notebook = read(path)
    notebook.cells[1].outputs[0].text = "accuracy: 0.97 (at least 0.9: yes)\n"
    nbformat.write(notebook, path)
    record.record(path)
    assert "0.98" in read(path).cells[1].outputs[0].text


def test_a_timed_figure_whose_verdict_changes_is_renewed():
    old, new = (
        "ratio: 3.1 times (timed, at least 3: yes)\n",
        "ratio: 2.9 times (timed, at least 3: NO)\n",
    )
    assert record.without_timings(old) != record.without_timings(new)
    assert record.without_timings(old) == record.without_timings(old.replace("3.1", "17.25"))


def test_a_page_that_fails_is_left_as_it_was(page):
    path = page("print(1)", "1 / 0")
    before = path.read_bytes()
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        record.record(path)
    assert path.read_bytes() == before


# Stamping.

ADDRESS = "https://github.com/someone/convnets"


def test_stamp_reaches_set_up_cell_and_badge():
    path = notebook_paths()[0]
    notebook = read(path)
    stamp.stamp(notebook, path.name, ADDRESS)
    sources = "\n".join(cell.source for cell in notebook.cells)
    assert f'REPOSITORY = "{ADDRESS}"' in sources
    assert f"github/someone/convnets/blob/main/notebooks/{path.name}" in sources
    again = copy.deepcopy(notebook)
    stamp.stamp(again, path.name, ADDRESS)
    assert again == notebook


def test_stamp_reaches_the_readme():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    stamped = stamp.stamp_readme(text, ADDRESS)
    for path in notebook_paths():
        assert f"someone/convnets/blob/main/notebooks/{path.name}" in stamped
    assert stamp.stamp_readme(stamped, stamp.repository()) == text


def test_all_pages_and_the_readme_carry_the_one_address():
    for path in notebook_paths():
        assert not list(check._stamped(read(path), path))
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert stamp.stamp_readme(text, stamp.repository()) == text


def run_set_up(address, folder):
    """Run the set-up cell as Colab would: alone in a folder, the package not installed."""
    script = (
        "import sys\n"
        "sys.meta_path[:] = [f for f in sys.meta_path if 'editable' not in repr(f).lower()]\n"
        f"sys.path[:] = [p for p in sys.path if p not in ('', {str(ROOT)!r})]\n"
    )
    script += stamp.setup_cell(address) + "\nprint(lecture_utils.__file__)"
    folder.mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True
    )


@pytest.fixture
def published(tmp_path):
    """Publish a tiny copy of the course as a git repository and return its address."""
    source = tmp_path / "convnets"
    (source / "lecture_utils").mkdir(parents=True)
    for name in ("__init__.py", "_keras.py"):
        (source / "lecture_utils" / name).touch()
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org"]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "course"]):
        subprocess.run([*git, *arguments], cwd=source, check=True)
    return source.as_uri()


def test_alone_in_a_folder_a_stamped_page_fetches_the_course_once(published, tmp_path):
    colab = tmp_path / "colab"
    for _ in range(2):
        result = run_set_up(published, colab)
        assert result.stdout.strip() == str(colab / "convnets" / "lecture_utils" / "__init__.py")
    assert "Cloning" not in result.stderr


def test_alone_in_a_folder_an_unstamped_page_says_what_to_do(tmp_path):
    result = run_set_up("", tmp_path / "colab")
    assert result.returncode == 1
    assert result.stderr.startswith(
        "The course is not here: open this page inside it, or `make stamp`"
    )
    assert len(result.stderr.splitlines()) == 1


def test_alone_in_a_folder_and_offline_a_stamped_page_says_so(tmp_path):
    result = run_set_up((tmp_path / "nowhere").as_uri(), tmp_path / "colab")
    assert result.stderr.splitlines()[-1].startswith("The course could not be fetched from file:")


@pytest.mark.parametrize("below", [".", "notebooks", "notebooks/deeper"])
def test_inside_the_course_the_set_up_cell_finds_it(tmp_path, below):
    (tmp_path / "lecture_utils").mkdir()
    for name in ("__init__.py", "_keras.py"):
        (tmp_path / "lecture_utils" / name).touch()
    folder = tmp_path / below
    folder.mkdir(parents=True, exist_ok=True)
    result = run_set_up("https://example.org/never-asked", folder)
    assert result.stdout.strip() == str(tmp_path / "lecture_utils" / "__init__.py"), result.stderr


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("", "https://colab.research.google.com/"),
        ("https://gitlab.com/a/b", "https://colab.research.google.com/"),
        (
            "https://github.com/a/b.git",
            "https://colab.research.google.com/github/a/b/blob/main/notebooks/01.ipynb",
        ),
    ],
)
def test_badge(address, target):
    assert stamp.badge(address, "01.ipynb", "Open").endswith(f"({target})")
