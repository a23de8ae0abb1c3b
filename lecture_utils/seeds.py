"""Several seeds, one compiled network: preparing a network can take longer than training it."""

from collections.abc import Callable, Iterator, Sequence

from lecture_utils.backend import keras
from lecture_utils.checks import array, refused, whole


def each_seed(
    model: keras.Model, build: Callable[[], keras.Model], seeds: Sequence[int] = range(3)
) -> Iterator[int]:
    """Let a compiled model begin anew from one seed after the other.

    Each time it gets the weights of a new model, and the state of its random layers, and an
    optimizer that knows of no step. All are drawn at the call, which sets the global seeds: a seed
    that is set later makes TensorFlow prepare its graphs again. So all trainings see their batches
    in one order, that of the last seed.

    Args:
        model: A compiled model. The learning rate that it has now is that of each beginning.
        build: Makes such a model, with the weights to begin with.
        seeds: Seeds, whole numbers.

    Returns:
        The seeds, one after the other; with each the model begins anew.

    Raises:
        ValueError: If the model is not compiled, `build` makes another, or a seed will not do.

    Example:
        >>> for seed in each_seed(model, lambda: vgg11((32, 32, 1), classes=10)):
        ...     losses[seed] = model.fit(x, y).history["loss"]

    Lecture 06 uses it.
    """
    optimizer = getattr(model, "optimizer", None)
    if optimizer is None:
        raise refused("model", "a compiled model", model, "call its compile first")
    numbers = array("seeds", seeds, ("seeds",), kinds="iu").tolist()
    beginnings, shapes = [], [variable.shape for variable in model.variables]
    for seed in [whole("seeds", number, least=0, most=2**32 - 1) for number in numbers]:
        keras.utils.set_random_seed(seed)
        made = None if isinstance(build, keras.Model) or not callable(build) else build()
        first = [keras.ops.convert_to_numpy(each) for each in getattr(made, "variables", ())]
        if not first or [value.shape for value in first] != shapes:
            wanted = "a function that makes a model with weights, of the shapes of those of `model`"
            raise refused("build", wanted, build)
        beginnings.append((seed, first))
    new = optimizer.from_config(optimizer.get_config())
    for each in (optimizer, new):
        if not each.built:
            each.build(model.trainable_variables)

    def begin() -> Iterator[int]:
        for seed, first in beginnings:
            state = [*model.variables, *optimizer.variables]
            for variable, value in zip(state, [*first, *new.variables], strict=True):
                variable.assign(value)
            yield seed

    return begin()
