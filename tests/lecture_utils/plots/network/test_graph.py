"""A graph read as a sequence: nothing is lost, and it parts where the graph really does."""

import random

import pytest

from lecture_utils.plots.network._graph import Fork, sequence, walk
from lecture_utils.plots.network._nodes import Node


def random_graph(seed):
    """Nodes each of which reads up to three of the last few; now and then one is an input."""
    draw = random.Random(seed)
    nodes = []
    for number in range(draw.randint(2, 14)):
        near = nodes[-draw.randint(1, 5) :]
        inputs = draw.sample(near, min(len(near), draw.choice([0, 1, 1, 1, 1, 2, 2, 3])))
        nodes.append(Node(str(number), None, (8, 8, 1), inputs, "addition"))
    return nodes


def is_bottleneck(nodes, node):
    """Whether every path from an input to an output runs through a node."""
    reached = {each for each in nodes if not each.inputs and each is not node}
    reached.update(each for each in nodes if each is not node and reached & set(each.inputs))
    return not reached & set(nodes) - {source for each in nodes for source in each.inputs}


@pytest.mark.parametrize("seed", range(200))
def test_a_sequence_has_each_node_once_and_parts_only_between_bottlenecks(seed):
    nodes = random_graph(seed)
    items = sequence(nodes)
    place = {node: index for index, node in enumerate(walk(items))}
    assert len(place) == len(list(walk(items))) and set(place) == set(nodes)
    assert all(place[source] < place[node] for node in nodes for source in node.inputs)
    bottlenecks = {node for node in nodes if is_bottleneck(nodes, node)}
    for fork in (item for item in items if isinstance(item, Fork)):
        inside = [set(walk(branch)) for branch in fork.branches]
        assert fork.join in bottlenecks | {None} and not bottlenecks & set().union(*inside)
        for number, branch in enumerate(inside):  # no connection leads from branch to branch
            read = {source for node in branch for source in node.inputs}
            assert not any(read & other for k, other in enumerate(inside) if k != number)


@pytest.mark.parametrize(
    ("kind", "lengths", "shortcut"),
    [
        ("addition", (0, 2), 0),
        ("addition", (3, 1), 1),
        ("addition", (2, 3), None),
        ("addition", (1, 1), None),
        ("concatenation", (0, 2), None),
    ],
)
def test_a_shortcut_is_the_branch_of_an_addition_with_a_layer_at_most(kind, lengths, shortcut):
    nodes, ends = [Node("start", None, (8, 8, 1), [], "input")], []
    for length in lengths:
        last = nodes[0]
        for _ in range(length):
            nodes.append(last := Node("layer", None, (8, 8, 1), [last], "convolution"))
        ends.append(last)
    *_, fork = sequence([*nodes, Node("join", None, (8, 8, 1), ends, kind)])
    assert fork.shortcut is None if shortcut is None else len(fork.shortcut) == shortcut
