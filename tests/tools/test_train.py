"""Training on many machines: two workers on this one, compared, killed and started again."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from argparse import Namespace

import numpy as np
import pytest
from PIL import Image

from lecture_utils import plots
from lecture_utils.backend import keras
from tools import pictures, train, training
from tools.notebooks import ROOT

# No dropout, and batch normalization over all workers: so one process does the same.
OPTIONS = {
    **{"network": "resnet_cifar", "set": "depth=8", "width": 0.25, "size": 16, "rate": 0.5},
    **{"passes": 3, "batch": 8, "every": 1, "warm-up": 1},
}
SECONDS = 240  # for what takes about ten on an idle machine


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Make noise of two kinds in ImageNet's layout: three batches of train, ten of val."""
    root, rng = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    for part, count in ("train", 12), ("val", 5):
        for name, grey in ("cat", 90), ("dog", 160):
            (root / part / name).mkdir(parents=True)
            for number in range(count):
                noise = rng.normal(grey, 60, (20, 24, 3)).clip(0, 255).astype("uint8")
                Image.fromarray(noise).save(root / part / name / f"{number}.jpg")
    return root


def command(folder, results, **changed):
    options = OPTIONS | {"pictures": folder, "results": results} | changed
    return ["--synchronize", *(f"--{name}={value}" for name, value in options.items())]


def run_two(folder, results, meanwhile=lambda *workers: None):
    """Run two workers on free ports to their end; return how they ended, and what they said."""
    if os.name == "nt":
        pytest.skip("no such signals")
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("", 0)) as two:
        names = [f"127.0.0.1:{each.getsockname()[1]}" for each in (one, two)]
    program, workers = [sys.executable, "-m", "tools.train", *command(folder, results)], []
    try:
        for index in range(2):
            task = {"cluster": {"worker": names}, "task": {"type": "worker", "index": index}}
            own = os.environ | {"TF_CONFIG": json.dumps(task), "CUDA_VISIBLE_DEVICES": "-1"}
            with (results / f"said{index}").open("w") as said:
                options = {"cwd": ROOT, "stdout": said, "stderr": said, "env": own}
                workers.append(subprocess.Popen(program, **options))
        meanwhile(*workers)
        codes = [worker.wait(SECONDS) for worker in workers]
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    return codes, [(results / f"said{index}").read_text() for index in range(2)]


@pytest.fixture(scope="module")
def undisturbed(folder, tmp_path_factory):
    results = tmp_path_factory.mktemp("undisturbed")
    codes, said = run_two(folder, results)
    assert codes == [0, 0], said
    return results, said


def compare(one, two, **tolerance):
    """Compare all that two trainings would need to go on, and their logs."""
    with np.load(one / "state.npz") as ours, np.load(two / "state.npz") as theirs:
        for name in {*ours.files} - {"settings"}:
            np.testing.assert_allclose(ours[name], theirs[name], **tolerance, err_msg=name)


def test_both_workers_end_with_equal_weights(undisturbed):
    marks = [text.split()[-1] for text in undisturbed[1]]
    assert marks[0] == marks[1] and "worker 1 is done" in undisturbed[1][1]


def test_one_process_with_the_whole_batch_does_the_same(undisturbed, folder, tmp_path):
    train.main(command(folder, tmp_path))
    compare(tmp_path, undisturbed[0], rtol=1e-4, atol=1e-4)
    assert len(plots.training_curves(tmp_path / "log.csv").lines[0].get_xdata()) == 3
    network = keras.models.load_model(tmp_path / "network.keras")
    val = pictures.find(folder / "val")
    images, labels = zip(*map(pictures.reader(val, 16), range(10)))
    right = network.predict(np.array(images), verbose=0).argmax(1) == np.array(labels)
    assert f",{right.mean()}," in (tmp_path / "log.csv").read_text().splitlines()[-1]
    with pytest.raises(SystemExit, match=r"another training's: passes was 3 and is 4\. Choose"):
        train.main(command(folder, tmp_path, passes=4))


def test_a_killed_worker_costs_nothing_but_time(undisturbed, folder, tmp_path):
    def kill(first, second):
        end = time.monotonic() + SECONDS
        while not (tmp_path / "state.npz").exists() and time.monotonic() < end:
            time.sleep(0.02)
        second.send_signal(signal.SIGKILL)

    codes, said = run_two(folder, tmp_path, kill)
    assert codes == [1, -signal.SIGKILL] and "A worker is gone" in said[0], said
    codes, said = run_two(folder, tmp_path)
    assert codes == [0, 0] and "steps a pass, from 0" not in said[0], said
    compare(tmp_path, undisturbed[0], rtol=0, atol=0)


def test_the_rate_grows_from_the_small_batch_s_and_falls_three_times():
    given = Namespace(batch=1024, warm_up=5, passes=90)
    rates = [training.rate_at(passed, 1, given, 0.1) for passed in (0, 2.5, 5, 29, 30, 60, 80)]
    assert rates == pytest.approx([0.1, 0.25, 0.4, 0.4, 0.04, 0.004, 0.0004])


@pytest.mark.parametrize(
    ("harm", "options", "sentence"),
    [
        (None, {"network": "restnet18"}, "restnet18 is unknown or not for this: try resnet18"),
        (None, {"network": "vgg11", "set": "a=1"}, "cannot be built so: .*unexpected keyword"),
        (None, {"network": "vgg11", "set": "initializer=zeros"}, "the smallest is .32, 32, 3."),
        (None, {"batch": 25}, "25 is more than the 24 pictures of train"),
        (None, {"rate": 1e20}, "The loss became .* choose a smaller --rate"),
        (None, {"pictures": "nowhere"}, "There is no folder nowhere/train"),
        (lambda root: (root / "val/cat").rename(root / "val/cow"), {}, "alone: cat, cow"),
        (lambda root: (root / "val/cow").mkdir(), {}, "val/cow has no picture"),
        (lambda root: (root / "val/dog/3.jpg").write_bytes(b"no"), {}, "dog/3.jpg is damaged"),
        (lambda root: (root / "out").write_bytes(b""), {}, "settings.json could not be written"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(
    folder, tmp_path, monkeypatch, harm, options, sentence
):
    root = shutil.copytree(folder, tmp_path / "pictures")
    if harm:
        harm(root)
    with pytest.raises(SystemExit, match=sentence):
        train.main(command(root, root / "out", **options))
    for told in "{", "[]", "{}", '{"cluster": {"worker": ["a:1"]}, "task": 3}':
        monkeypatch.setenv("TF_CONFIG", told)
        with pytest.raises(SystemExit, match=r"TF_CONFIG must be as .* got .*Error: "):
            train.find_place()


def test_a_file_that_could_not_be_written_leaves_the_old_one(tmp_path):
    log = tmp_path / "log.csv"
    log.write_text("old")
    with pytest.raises(SystemExit, match="No space left"), training.beside(log) as part:
        part.write_text("half")
        raise OSError(28, "No space left on device")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]
