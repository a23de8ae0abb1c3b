"""Mutants: a solution changed in one place, as a student might have written it by mistake."""

import ast
import copy
from collections.abc import Iterator
from typing import Any

import numpy as np

from lecture_exercises.exercise import Exercise

COMPARISONS = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
COMPARISONS |= {ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}
OPERATIONS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add}
NAMES = {"min": "max", "max": "min", "argmin": "argmax", "argmax": "argmin"}
NAMES |= {"mean": "sum", "sum": "mean", "any": "all", "all": "any", "height": "width"}
NAMES |= {"width": "height", "rows": "columns", "columns": "rows", "top": "left", "left": "top"}


def mutants(exercise: Exercise) -> Iterator[tuple[str, str]]:
    """Yield for each mutant of a solution what was changed, and its source."""
    tree = ast.parse(exercise.source)
    nodes, fractions = list(ast.walk(tree)), _has_fractions(exercise)
    for number, node in enumerate(nodes):
        for changed in _changes(node, fractions):
            copied = copy.deepcopy(tree)
            _replace(copied, list(ast.walk(copied))[number], changed)
            place = f"line {node.lineno}" if hasattr(node, "lineno") else "somewhere"
            yield f"{place}: {ast.unparse(node)} -> {ast.unparse(changed)}", ast.unparse(copied)
    if not exercise.value and exercise.cases:
        yield from _first_case(exercise, tree)


def _changes(node: ast.AST, fractions: bool) -> Iterator[ast.AST]:
    """Yield what a node may become."""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield ast.Constant(node.value + 1)
        if node.value:
            yield ast.Constant(node.value - 1)
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
        yield ast.Compare(node.left, [COMPARISONS[type(node.ops[0])]()], node.comparators)
    elif isinstance(node, ast.BinOp):
        yield from _operations(node)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in NAMES:
        yield ast.Name(NAMES[node.id], ast.Load())
    elif isinstance(node, ast.Attribute) and node.attr in NAMES:
        yield ast.Attribute(node.value, NAMES[node.attr], node.ctx)
    elif isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) == 2:
        one, two = node.elts
        if ast.dump(one) != ast.dump(two):
            yield from (
                ast.Tuple(pair, ast.Load()) for pair in ([one, one], [two, two], [two, one])
            )
    elif isinstance(node, ast.Return) and node.value and fractions:
        yield ast.Return(ast.parse(f"_whole({ast.unparse(node.value)})", mode="eval").body)


def _operations(node: ast.BinOp) -> Iterator[ast.AST]:
    """Yield another operation of the same numbers; a division without rest also rounded up."""
    if isinstance(node.op, ast.FloorDiv):
        yield ast.BinOp(node.left, ast.Div(), node.right)
        up = ast.BinOp(ast.UnaryOp(ast.USub(), node.left), ast.FloorDiv(), node.right)
        yield ast.UnaryOp(ast.USub(), up)
    elif type(node.op) in OPERATIONS:
        yield ast.BinOp(node.left, OPERATIONS[type(node.op)](), node.right)


def _has_fractions(exercise: Exercise) -> bool:
    """Whether a solution's results are more than whole numbers."""
    if exercise.value or not exercise.cases:
        return False
    cases = exercise.cases(np.random.default_rng(0))
    results = [exercise.result(exercise.solve, case) for case in cases]
    return any(isinstance(r, np.ndarray) and r.dtype.kind == "f" for r in results)


def _first_case(exercise: Exercise, tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Take each whole number among the arguments for what it is in the first case."""
    first = next(iter(exercise.cases(np.random.default_rng(0))))
    function = tree.body[0]
    for name, value in zip((a.arg for a in function.args.args), first, strict=True):
        if isinstance(value, int | np.integer):
            copied = copy.deepcopy(tree)
            copied.body[0].body.insert(0, ast.parse(f"{name} = {value}").body[0])
            yield f"{name} = {value}", ast.unparse(copied)


def _replace(tree: ast.AST, old: ast.AST, new: ast.AST) -> None:
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, field, new)
            elif isinstance(value, list):
                value[:] = [new if item is old else item for item in value]
    ast.fix_missing_locations(tree)


def whole(result: Any) -> Any:
    """Cut off the fractions of a result, as an array of whole numbers does."""
    if isinstance(result, tuple | list):
        return type(result)(whole(part) for part in result)
    array = np.asarray(result)
    return array.astype(int) if array.dtype.kind == "f" else result
