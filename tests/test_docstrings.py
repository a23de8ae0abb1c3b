"""What a reader of the package counts on: docstrings have one form and name their lecture."""

import inspect
import re

from inputs import LECTURE, on_pages, public

from lecture_utils import models, plots
from tools.notebooks import notebook_paths, read

SECTIONS = ["Attributes", "Args", "Returns", "Yields", "Raises", "Example"]  # in this order


PUBLIC = public()
PAGES = {
    path.name[:2]: "\n".join(cell.source for cell in read(path).cells) for path in notebook_paths()
}
IMPORTS = r"^from lecture_utils[\w.]* import (.+)$"


def doc(thing):
    return inspect.getdoc(thing) or "nothing"


def lecture_line_problem(name, thing):
    """What is wrong with the last line of a docstring, in the course's forms."""
    line = doc(thing).splitlines()[-1]
    told = LECTURE.fullmatch(line)
    if not told:
        return f"{name} does not end with its lecture: {line!r}"
    own_name = [] if told["treats"] else [name.rpartition(".")[2]]
    wanted = re.findall(r"`(\w+)", told["how"] or "") or own_name
    for page in re.findall(r"\d\d", told["pages"]):
        missing = [w for w in wanted if not re.search(rf"\b{w}\b", PAGES.get(page, ""))]
        if page not in PAGES or missing:
            return f"{name} says {line!r}, but that page has no {' and '.join(missing)}"
    return None


def undescribed(thing):
    """Return the arguments that neither a docstring describes nor one that it refers to."""
    if inspect.isclass(thing) and "__init__" not in vars(thing):
        return []  # those of the Keras layer that it extends
    others = [
        other for name, other in PUBLIC.items() if f"`{name.rpartition('.')[2]}`" in doc(thing)
    ]
    described = "\n".join(map(doc, [thing, *others]))
    return [
        name
        for name, parameter in inspect.signature(thing).parameters.items()
        if not (others and parameter.kind == parameter.VAR_KEYWORD)  # is handed to them
        and not re.search(rf"^    [\w, *]*\b{name}\b[\w, *]*: |`{name}`", described, re.MULTILINE)
    ]


def test_what_a_page_may_name_ends_with_the_lecture_whose_page_has_the_name():
    imports = re.findall(IMPORTS, "\n".join(PAGES.values()), re.MULTILINE)
    imported = re.findall(r"\w+", " ".join(imports))
    handed_on = [*vars(models).values(), *vars(plots).values()]
    ours = {
        name: thing
        for name, thing in PUBLIC.items()
        if name.rpartition(".")[2] in imported or thing in handed_on
    }
    problems = [lecture_line_problem(*item) for item in (ours | on_pages()).items()]
    assert len(ours) > 50
    assert not any(problems), "\n".join(filter(None, problems))


def test_every_argument_that_a_page_may_give_is_described():
    # What the package alone uses may say in prose what it takes.
    problems = [
        f"{name} does not describe {', '.join(undescribed(thing))}"
        for name, thing in on_pages().items()
        if undescribed(thing)
    ]
    assert not problems, "\n".join(problems)


def test_sections_have_the_same_names_and_order_everywhere():
    problems = []
    for name, thing in PUBLIC.items():
        found = re.findall(r"^([A-Z][a-z]+):$", doc(thing), re.MULTILINE)
        if found != [section for section in SECTIONS if section in found]:
            problems.append(f"{name} has {', '.join(found)}")
    assert not problems, "\n".join(problems)
