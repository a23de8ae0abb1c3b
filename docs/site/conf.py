"""Sphinx's settings; `make site` builds with them, from the course's folder."""

import re
from pathlib import Path

import nbformat
from docutils import nodes
from myst_nb.core.render import NbElementRenderer

from tools import site, stamp, web
from tools.notebooks import notebook_paths

WORDS = web.words()

project = WORDS["course"]
html_title = project
language = WORDS["language"]
extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx.ext.mathjax",
    "sphinx_copybutton",
]
source_suffix = {".ipynb": "myst-nb", ".md": "myst-nb"}

# Pages as they are stored: nothing is run.
nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 4

myst_heading_slug_func = "tools.web.anchor"

# The package.
default_role = "py:obj"
autodoc_member_order = "bysource"
autodoc_inherit_docstrings = False
autodoc_typehints = "none"  # the arguments' shapes and meanings stand below, in words
autodoc_preserve_defaults = True
napoleon_numpy_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True  # a named tuple's fields stand once, below "Variables"
add_module_names = False
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
copybutton_selector = "div.cell_input div.highlight pre, div.highlight:not(.cell div) pre"

# Formulas, from the site's own files: without the menu and the speech of MathJax's bundles, which
# make a tab stop of each formula and want a worker, which no browser starts for a file on a disk.
# A formula is read aloud from the MathML beside its drawing.
mathjax_path = "mathjax/startup.js"
mathjax4_config = {
    "loader": {
        "load": ["input/tex", "output/svg", "a11y/assistive-mml"],
        "paths": {"fonts": "[mathjax]/fonts"},
    }
}

html_theme = "sphinx_book_theme"
html_static_path = ["static", str(site.STATIC)]
html_css_files = ["fonts/fonts.css", "site.css"]
html_js_files = ["site.js"]
html_favicon = html_logo = "static/logo.svg"
html_context = {"default_mode": "auto"}
html_copy_source = True
html_sourcelink_suffix = ""
html_show_sphinx = False
html_theme_options = {
    "use_download_button": True,
    "use_fullscreen_button": False,
    "navigation_with_keys": False,
    "footer_content_items": ["extra-footer.html"],
    "extra_footer": WORDS["licence"],
    "show_toc_level": 2,
    "toc_title": WORDS["contents"],
    "navbar_persistent": [],  # a second search field
    "logo": {"text": project},
}
ADDRESS = stamp.repository()
if "//github.com/" in ADDRESS:
    html_theme_options |= {
        "repository_url": ADDRESS.removesuffix(".git"),
        "repository_branch": "main",
        "use_repository_button": True,
        "launch_buttons": {"colab_url": "https://colab.research.google.com"},
    }

LECTURES = {path.name[:2]: path.stem for path in notebook_paths()}


def show(app, docname, source):
    """Change a page that is about to be read to what the site shows of it."""
    path = Path(app.env.doc2path(docname))
    if path.suffix == ".ipynb":
        notebook = site.shown(nbformat.reads(source[0], as_version=4), WORDS)
        source[0] = nbformat.writes(notebook)
    else:
        source[0] = site.page_text(source[0], path.relative_to(app.srcdir))


def link_lectures(app, what, name, obj, options, lines):
    """Make the lecture that a docstring names a link: "Lecture 08 builds it by hand."."""

    def link(found):
        stem = LECTURES.get(found[2])
        return f":doc:`{found[0]} </notebooks/{stem}>`" if stem else found[0]

    lines[:] = [re.sub(r"\b([Ll]ecture) (\d\d)\b", link, line) for line in lines]


def render_image(self, data, plain=NbElementRenderer.render_image):
    """Give a picture the alternative text that the page stores with it."""
    images: list[nodes.Element] = plain(self, data)
    for image in images:
        image["alt"] = data.output_metadata.get(data.mime_type, {}).get("alt", "")
    return images


NbElementRenderer.render_image = render_image


def setup(app):
    """Tell Sphinx of the functions above."""
    app.connect("source-read", show)
    app.connect("autodoc-process-docstring", link_lectures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
