"""Train a network on a folder of pictures, on one machine or many: `python -m tools.train`.

The same command serves one process, the GPUs of one host, and hosts whose `TF_CONFIG` tells who
they are; docs/scaling.md says how. Given again, it goes on from where it was stopped. What is drawn
(order, crops, dropout) follows from the seed and the step, never from what ran before, and so the
end is the same as without the stop.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import os
import signal
import sys
import zlib
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # what goes wrong is told in a sentence instead

from tools.pictures import find
from tools.training import SUM, Training, networks

import tensorflow as tf  # isort: skip (Keras loads it quietly)

HERE = ("pictures", "results", "patience")  # what may differ between workers, and at a restart
CLUSTER = (
    '{"cluster": {"worker": ["one:2222", "two:2222"]}, "task": {"type": "worker", "index": 0}}'
)


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add = parser.add_argument
    add("--network", required=True, help=", ".join(networks()))
    add("--pictures", required=True, type=Path, help="a folder of train/CLASS/* and val/CLASS/*")
    add("--results", required=True, type=Path, help="for state.npz, log.csv, network.keras")
    add("--passes", type=int, default=90, help="through the pictures of train (%(default)s)")
    add("--batch", type=int, default=256, help="of all workers together (%(default)s)")
    add("--size", type=int, help="of the input, in pixels a side (as published)")
    add("--width", type=float, default=1.0, help="factor on all channel counts (%(default)s)")
    add("--set", nargs="*", default=[], metavar="NAME=VALUE", help="for the builder: groups=1")
    add("--rate", type=float, help="for 256 images (0.1; without batch normalization 0.01)")
    add("--warm-up", type=float, default=5, help="passes in which the rate grows (%(default)s)")
    add("--momentum", type=float, default=0.9, help="(%(default)s)")
    add("--decay", type=float, default=1e-4, help="of the kernels' weights (%(default)s)")
    add("--seed", type=int, default=0, help="of first weights, order and crops (%(default)s)")
    add("--every", type=int, default=1000, help="steps between checkpoints (%(default)s)")
    add("--synchronize", action="store_true", help="normalize by the whole batch's statistics")
    add("--patience", type=float, default=600, help="seconds to wait for workers (%(default)s)")
    given = parser.parse_args(argv)
    least = {
        "passes": 1,
        "batch": 1,
        "every": 1,
        "seed": 0,
        "warm_up": 0,
        "momentum": 0,
        "decay": 0,
    }
    for name, smallest in least.items():
        if not getattr(given, name) >= smallest:
            parser.error(f"--{name} must be at least {smallest}, got {getattr(given, name)}")
    return given


def find_place() -> tuple[int, int]:
    """Return which worker this is, and of how many, as `TF_CONFIG` tells."""
    told = os.environ.get("TF_CONFIG", "").strip()
    if not told:
        return 0, 1
    try:
        config = json.loads(told)
        workers, task = config["cluster"]["worker"], config["task"]
        if {*config["cluster"], task["type"]} == {"worker"} and 0 <= task["index"] < len(workers):
            return task["index"], len(workers)
        cause = "all are workers, and the index counts them from 0"
    except (ValueError, TypeError, LookupError) as error:
        cause = f"{type(error).__name__}: {error}"
    sys.exit(f"TF_CONFIG must be as {CLUSTER} on the first of two hosts, got {told} ({cause}).")


def connect(workers: int) -> tf.distribute.Strategy:
    """Return what shares out a batch: over hosts, over the devices of one, or not at all."""
    if workers > 1:
        strategy = tf.distribute.MultiWorkerMirroredStrategy()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # which TensorFlow would hear and not obey
        return strategy
    devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    if len(devices) > 1:
        return tf.distribute.MirroredStrategy([device.name for device in devices])
    return tf.distribute.get_strategy()


def agree(strategy: tf.distribute.Strategy, settings: str) -> None:
    """Stop unless all workers were started with the same options and the same pictures."""
    mark = float(zlib.crc32(settings.encode()))

    @tf.function(autograph=False)
    def add():
        context = tf.distribute.get_replica_context()
        return context.all_reduce(SUM, tf.constant(mark, "float64"))

    total = strategy.experimental_local_results(strategy.run(add))[0]
    if float(total) != mark * strategy.num_replicas_in_sync:
        sys.exit(f"The workers differ in their options or pictures; this one has {settings}.")


def wait_at_most(seconds: float, workers: int) -> None:
    """End this process if the others do not come: TensorFlow would wait, deaf to all signals."""
    advice = "start all of them, and see that each host reaches the others' ports"
    print(f"Waits for {workers} workers for at most {seconds:g} s: {advice}.", flush=True)
    faulthandler.dump_traceback_later(seconds, exit=True, file=os.open(os.devnull, os.O_WRONLY))


def start(given: argparse.Namespace, place: tuple[int, int]) -> None:
    """Check what can be checked, wait for the other workers, and train."""
    pictures = [find(given.pictures / part) for part in ("train", "val")]
    count = len(pictures[0].files)
    if only := {*pictures[0].classes} ^ {*pictures[1].classes}:
        sys.exit(f"Classes are in train or in val alone: {', '.join(sorted(only)[:5])}.")
    if given.batch > count:
        sys.exit(f"--batch {given.batch} is more than the {count} pictures of train.")
    if place[1] > 1:
        wait_at_most(given.patience, place[1])
    strategy = connect(place[1])
    replicas = strategy.num_replicas_in_sync
    if given.batch % replicas:
        sys.exit(f"--batch {given.batch} cannot be divided among {replicas} workers or devices.")
    settings = {name: value for name, value in vars(given).items() if name not in HERE}
    settings = json.dumps(settings | {"names": [each.mark() for each in pictures]})
    agree(strategy, settings)
    faulthandler.cancel_dump_traceback_later()
    Training(given, strategy, place, pictures, settings).run()


def main(argv: list[str] | None = None) -> None:
    """Train, or go on; what stops it is told in a sentence."""
    given, place = arguments(argv), find_place()
    try:
        start(given, place)
    except tf.errors.ResourceExhaustedError:
        sys.exit("The memory does not suffice: choose a smaller --batch, or more workers.")
    except (tf.errors.OpError, RuntimeError) as error:
        if place[1] == 1:
            raise
        said = [line.rpartition("}} ")[2] for line in str(error).splitlines() if line.strip()]
        cause = next((line for line in said if "aborted by" in line), said[0])
        sys.exit(
            f"A worker is gone, as its own last words may tell, or a port is taken ({cause}): "
            "start all workers again, and they go on from the last checkpoint."
        )
    except KeyboardInterrupt:
        sys.exit("Stopped: the same command goes on from the last checkpoint.")


if __name__ == "__main__":
    main()
