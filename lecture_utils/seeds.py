"""Several seeds, one compiled network: preparing a network can take longer than training it."""

from collections.abc import Iterator, Sequence

from lecture_utils.backend import keras
from lecture_utils.checks import array, refused, whole


def each_seed(model: keras.Model, seeds: Sequence[int] = range(3)) -> Iterator[int]:
    """Let a compiled model begin anew from one seed after the other.

    Each time it has new first weights, and an optimizer that knows of no step. All weights are
    drawn before the first training, since a new seed makes TensorFlow prepare its graphs again.

    Args:
        model: A compiled model. Of its weights and its optimizer's state nothing is kept.
        seeds: Seeds, whole numbers.

    Returns:
        The seeds, one after the other; with each the model begins anew.

    Raises:
        ValueError: If the model is not compiled, or a seed is not a whole number.

    Example:
        >>> for seed in each_seed(model):
        ...     losses[seed] = model.fit(x, y).history["loss"]

    Lecture 06 uses it.
    """
    optimizer = getattr(model, "optimizer", None)
    if optimizer is None:
        raise refused("model", "a compiled model", model, "call its compile first")
    numbers = array("seeds", seeds, ("seeds",), kinds="iu").tolist()
    seeds = [whole("seeds", seed, least=0, most=2**32 - 1) for seed in numbers]

    def begin() -> Iterator[int]:
        beginnings = []
        for seed in seeds:
            keras.utils.set_random_seed(seed)
            beginnings.append(keras.models.clone_model(model).get_weights())
        new = optimizer.from_config(optimizer.get_config())
        for each in (optimizer, new):
            if not each.built:
                each.build(model.trainable_variables)
        for seed, beginning in zip(seeds, beginnings, strict=True):
            model.set_weights(beginning)
            for variable, value in zip(optimizer.variables, new.variables, strict=True):
                variable.assign(value)
            yield seed

    return begin()
