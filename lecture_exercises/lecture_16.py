"""Exercises of lecture 16, more than one machine."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from lecture_exercises.exercise import Exercise, print_not_done


def trainings(rng: np.random.Generator) -> Iterator[tuple]:
    """Yield one machine and several, few images and many."""
    yield 7e8, 1_281_167, 90, 2, 8e11, 0.33
    for machines in (1, 3, 256):
        images, passes = rng.integers([999, 3], [90_000, 75]).tolist()
        yield float(rng.uniform(1e8, 2e10)), images, passes, machines, *rng.uniform(0.1, 0.9, 2)


SPEED = "(machines * peak * share)"


@Exercise(
    cases=trainings,
    hints=[
        "All the work first: an image costs `3 * macs`, and each is seen in each pass.",
        "How many multiply-accumulates do all machines do in a second, at this share of the peak?",
        "Work by speed is seconds. A day has 24 * 60 * 60 of them.",
    ],
    remark="For AlexNet's two cards at a third of their peak it is between five and six.",
    mistakes={
        "the way back is missing: it costs twice what the way forward does.": ("3 * macs", "macs"),
        "the way back costs twice as much as the way forward: with it the work is three times the "
        "network's.": ("3 * macs", "2 * macs"),
        "these are seconds. A day has 24 * 60 * 60 of them.": (" / (24 * 60 * 60)", ""),
        "these are hours. A day has 24 of them.": ("24 * 60 * 60", "60 * 60"),
        "these are minutes. A day has 24 * 60 of them.": ("24 * 60 * 60", "60"),
        "more machines need fewer days: divide by them.": (SPEED, "(peak * share) * machines"),
        "this is one machine. There are several of them.": (SPEED, "(peak * share)"),
        "this is at the peak. Only a share of it is reached.": (SPEED, "(machines * peak)"),
        "a smaller share of the peak needs more days: divide by it.": (
            SPEED,
            "(machines * peak) * share",
        ),
        "this is one pass over the images.": (" * passes", ""),
    },
)
def training_days(
    macs: float, images: int, passes: int, machines: int, peak: float, share: float
) -> float:
    work = 3 * macs * images * passes
    return work / (machines * peak * share) / (24 * 60 * 60)


def shards(rng: np.random.Generator) -> Iterator[tuple]:
    """Yield gradients of two, one and many workers, with counts that differ."""
    for counts in ((30, 10), (7,), (5, 1, 3), (12, 12, 12, 4)):
        shape = tuple(rng.integers(2, 5, size=len(counts) % 2 + 1).tolist())
        yield [rng.normal(size=shape) for _ in counts], list(counts)


MEAN = "total / sum(counts)"


@Exercise(
    cases=shards,
    hints=[
        "Each gradient is a mean. What is the sum over a worker's images?",
        "`count * gradient` is the sum over its images. Add these sums of all workers.",
        "Then divide by the number of all images, `sum(counts)`.",
    ],
    remark="With equal counts it is the plain mean, which is why workers get equally many.",
    mistakes={
        "this is the plain mean, as if all had equally many images.": (
            MEAN,
            "sum(gradients) / len(gradients)",
        ),
        "this is the sum over all images. Divide by their number.": (" / sum(counts)", ""),
        "divide by the number of all images, not of all workers.": ("/ sum(", "/ len("),
        "these are the gradients' sum. Each counts as often as it has images.": (
            MEAN,
            "sum(gradients)",
        ),
        "a worker with more images counts more, not less.": ("count * gr", "1 / count * gr"),
    },
)
def merged(gradients: list[np.ndarray], counts: list[int]) -> np.ndarray:
    total = sum(count * gradient for gradient, count in zip(gradients, counts))
    return total / sum(counts)


def places_on_the_ring(rng: np.random.Generator) -> Iterator[tuple]:
    """Yield each place of a small ring after each step, and some of larger ones."""
    for workers in (4, 3, 2):
        for steps in range(workers):
            yield from ((workers, steps, w, c) for w in range(workers) for c in range(workers))
    for workers in (5, 9, 16):
        yield workers, *rng.integers(0, workers, size=3).tolist()


WAY, ARRIVED = "(worker - chunk) % workers", "way + 1 if way <= steps else 1"


@Exercise(
    cases=places_on_the_ring,
    hints=[
        "Chunk c sets out from worker c, and moves on by one worker in each step. At each it stops "
        "at, that worker's part is added.",
        "It has reached the worker if `(worker - chunk) % workers`, the way between them, is at "
        "most `steps`.",
        "If it has, it holds one worker more than the way is long. If not, the worker still has "
        "its own part only.",
    ],
    remark="After workers - 1 steps each worker holds one chunk with all parts.",
    mistakes={
        "the ring is closed: from the last worker it goes on to worker 0. Use `% workers`.": (
            WAY,
            "max(worker - chunk, 0)",
        ),
        "from chunk to worker, not back.": (WAY, "(chunk - worker) % workers"),
        "a chunk that has not come by yet holds the worker's own part: 1.": (
            ARRIVED,
            "way + 1 if way <= steps else 0",
        ),
        "the parts of the worker where it set out and of this one count both: the way, and 1.": (
            ARRIVED,
            "max(way, 1) if way <= steps else 1",
        ),
        "look whether the chunk has come so far.": (ARRIVED, "way + 1"),
        "the travelling chunk has not come here yet: it holds the worker's own part.": (
            ARRIVED,
            "min(way, steps) + 1",
        ),
        "a chunk behind comes around the ring: with `% workers` the way is never negative.": (
            WAY,
            "worker - chunk",
        ),
        "after as many steps as the way, it is there.": ("<= steps", "< steps"),
        "each chunk is at another place: where did this one set out?": (ARRIVED, "steps + 1"),
    },
)
def parts_added(workers: int, steps: int, worker: int, chunk: int) -> int:
    way = (worker - chunk) % workers
    return way + 1 if way <= steps else 1


def batches(rng: np.random.Generator) -> Iterator[tuple]:
    """Yield one machine, two and many; now computing takes longer, now sending."""
    for machines in (8, 1, 2, 3, 100):
        parameters, images = rng.integers([10**6, 9], [10**8, 600]).tolist()
        yield float(rng.uniform(1e8, 1e10)), parameters, images, machines, 2e12, 1.25e9


COMPUTING, SENDING = "3 * macs * images / (machines * speed)", "2 * (machines - 1) / machines"
BYTES = "4 * parameters"


@Exercise(
    cases=batches,
    hints=[
        "Two terms: computing and sending.",
        "Computing: `3 * macs * images`, shared by the machines, by the speed of one of them.",
        "Sending: the ring's `2 * (machines - 1) / machines` of the gradient, 4 bytes a parameter, "
        "by the bandwidth.",
    ],
    remark="The first term falls with each machine, the second does not: it rises to a limit.",
    mistakes={
        "the sending is missing.": ("computing + sending", "computing"),
        "the computing is missing.": ("computing + sending", "sending"),
        "a parameter of float32 has 4 bytes.": (BYTES, "parameters"),
        "the bandwidth is in bytes, not in bits.": (BYTES, "8 * 4 * parameters"),
        "on a ring a worker sends the gradient twice, but for two chunks: "
        "2 * (machines - 1) / machines of it.": (SENDING, "2"),
        "the ring goes around twice: once to add, once to hand the sums on.": (
            SENDING,
            "(machines - 1) / machines",
        ),
        "this is a parameter server's traffic. On a ring it does not grow so.": (
            SENDING,
            "2 * machines",
        ),
        "in each of the 2 * (machines - 1) steps only a chunk is sent: a part in `machines`.": (
            SENDING,
            "2 * (machines - 1)",
        ),
        "each machine computes a part of the batch only: divide by `machines`.": (
            COMPUTING,
            "3 * macs * images / speed",
        ),
        "a faster machine needs less time: divide by `speed`.": (
            COMPUTING,
            "3 * macs * images / machines * speed",
        ),
        "the way back is missing: 3 * macs.": (COMPUTING, "macs * images / (machines * speed)"),
    },
)
def batch_seconds(
    macs: float, parameters: int, images: int, machines: int, speed: float, bandwidth: float
) -> float:
    computing = 3 * macs * images / (machines * speed)
    sending = 2 * (machines - 1) / machines * 4 * parameters / bandwidth
    return computing + sending


def warm_ups(rng: np.random.Generator) -> Iterator[tuple]:
    """Yield steps before, at and after the end of a warm-up, no warm-up, a factor of 8/3."""
    for step, warmup in ((50, 100), (0, 100), (100, 100), (333, 100), (7, 31), (0, 0), (5, 0)):
        small, base = int(rng.integers(3, 40)), float(rng.uniform(0.001, 0.1))
        yield step, base, small, int(rng.integers(2, 20)) * small, warmup
    yield 80, 0.1, 96, 256, 50


PEAK, SHARE = "base * large / small", "min(step / warmup, 1) if warmup else 1"
LINE = "base + share * (peak - base)"


@Exercise(
    cases=warm_ups,
    hints=[
        "Two rates first: `base` for the small batch, and the scaled one, `base * large / small`.",
        "The share of the way: `step / warmup`, but never more than 1. Without a warm-up it is 1.",
        "`base + share * (scaled - base)` is a straight line from one to the other.",
    ],
    remark="So Goyal and others trained with 8192 images a batch, and lost almost nothing.",
    mistakes={
        "the rate goes on rising after the warm-up. The share is at most 1.": (
            SHARE,
            "step / warmup if warmup else 1",
        ),
        "it begins at `base`, not at 0.": (LINE, "share * peak"),
        "the warm-up is missing.": (SHARE, "1"),
        "this stays at the rate of the small batch.": (PEAK, "base"),
        "this is the rule of the root. Here the rate grows as the batch does.": (
            PEAK,
            "base * (large / small) ** 0.5",
        ),
        "`//` rounds down: 256 images are more than twice 96.": (PEAK, "base * (large // small)"),
        "the larger batch has the larger rate: large / small.": (PEAK, "base * small / large"),
        "for `warmup` 0 it is scaled at once.": (SHARE, "min(step / max(warmup, 1), 1)"),
        "during the warm-up it stays at `base`. It should rise in a straight line.": (
            SHARE,
            "float(step >= warmup)",
        ),
        "the line ends at the scaled rate.": (LINE, "base + share * peak"),
    },
)
def warm_rate(step: int, base: float, small: int, large: int, warmup: int) -> float:
    peak = base * large / small
    share = min(step / warmup, 1) if warmup else 1
    return base + share * (peak - base)


def passes(rng: np.random.Generator) -> Iterator[tuple]:
    """Yield counts that the workers divide, and with a rest; first, last and only workers."""
    for count, workers, worker in ((10, 2, 1), (11, 3, 0), (23, 4, 3), (9, 1, 0), (50, 7, 2)):
        yield count, workers, worker, int(rng.integers(1, 99))


ORDER = "np.random.default_rng(number).permutation(count)"
CUT, DEALT = "[: count // workers * workers]", "order[worker::workers]"


@Exercise(
    cases=passes,
    hints=[
        f"All workers make the same order: `order = {ORDER}`.",
        f"Leave out the rest, so that all get equally many: `order = order{CUT}`.",
        "Then each takes every `workers`-th, beginning with its own number: `[worker::workers]`.",
    ],
    remark="It depends on the pass alone, so a run that starts again deals the same cards.",
    mistakes={
        "all workers get all images: `[worker::workers]`.": (DEALT, "order"),
        "the rest goes to the first workers: they have an image more, and wait for the others "
        "in vain. Leave it out.": (CUT, ""),
        "where nothing is left over, `[:-0]` is empty.": (CUT, "[: -(count % workers)]"),
        "leave out the last of the order, not the first.": (CUT, "[count % workers :]"),
        "nothing is shuffled.": (ORDER, "np.arange(count)"),
        "the worker's number is in the seed: each has another order, and images are seen twice "
        "or never.": (ORDER, ORDER.replace("number", "number + worker")),
        "each pass has the same order. Take `number` as seed.": (
            ORDER,
            ORDER.replace("number", "0"),
        ),
        "a block of images each is right in principle. Here: every `workers`-th, beginning with "
        "`worker`.": (DEALT, "order.reshape(workers, -1)[worker]"),
        "each worker begins with its own number.": (DEALT, "order[::workers]"),
    },
)
def my_images(count: int, workers: int, worker: int, number: int) -> np.ndarray:
    order = np.random.default_rng(number).permutation(count)[: count // workers * workers]
    return order[worker::workers]


REST = "killed % every"


def accidents(rng: np.random.Generator) -> Iterator[tuple]:
    """Yield no accident, one, several, some just when a checkpoint is written."""
    yield 60, 20, [47]
    yield 100, 30, []
    yield 90, 25, [25, 51, 88]
    yield 40, 1, [3, 17]
    yield 500, 7, sorted(rng.integers(1, 499, size=6).tolist())


@Exercise(
    cases=accidents,
    hints=[
        "How many steps are lost when the run is killed after 47, with a checkpoint every 20?",
        "What lies behind the last checkpoint is lost: the rest, `killed % every`.",
        "Each lost step is computed again: `steps` and the sum of the rests.",
    ],
    remark="More frequent checkpoints lose less, but writing takes time, too.",
    mistakes={
        "these are the lost steps. All `steps` are computed as well.": ("steps + ", ""),
        "only what lies behind the last checkpoint is lost.": (REST, "killed"),
        "a checkpoint is behind, not ahead: the rest is lost.": (REST, "-killed % every"),
        "where a checkpoint has just been written nothing is lost, and elsewhere the steps behind "
        "the last one, not those up to the next.": (REST, "(every - killed % every)"),
        "this loses `every` steps each time. It is the rest: `killed % every`.": (REST, "every"),
        "the lost steps are computed again, so add them.": ("steps + ", "steps - "),
        "this counts the checkpoints, not the lost steps.": (REST, "killed // every"),
    },
)
def steps_computed(steps: int, every: int, kills: list[int]) -> int:
    return steps + sum(killed % every for killed in kills)


not_done_yet = partial(print_not_done, __name__)
