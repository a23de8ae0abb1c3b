# make lab     open the lectures          make record   run the pages and store their outputs
# make test    check everything           make stamp    write the course's address into the pages
# make lint    check the style            make bench    measure the lectures' times
# make slow    check what takes longer    make colab    run the pages with Colab's versions
# make colab-test   check everything with Colab's versions
# make networks   draw and count the networks of docs/networks.md
# make constraints   renew the exact versions
# make digit   train and store the convnet that the site's canvas asks
# make guide   renew the lengths in lecture_utils/README.md
# make site    build the site          make slides   build the slides
# make pictures renew those of the README, of both
# make grade FOLDER=…   check a class's hand-ins: grades.csv and grades.html
# make browser read both in Chromium, and check what a reader would see
# make mutants   change the code in one place after another, and tell what no test notices
# make hub     install the hub for a class          make hub-check   let twenty students into it
PYTHON ?= python3
NOTEBOOKS ?=
ADDRESS ?=
FOLDER ?=
MODULES ?=
SHARE ?= 1
SEED ?= 1
PROCESSES ?= 2
# The environment's own kernel comes first, whatever else the user has installed.
export JUPYTER_PREFER_ENV_PATH := 1
BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
SCREEN := $(DISPLAY)$(WAYLAND_DISPLAY)$(filter Darwin,$(shell uname -s))$(filter Windows_NT,$(OS))

# Whether the environment was set up to its end, here: its Python may be gone, the folder moved.
WHOLE := $(if $(wildcard .venv/ready),$(shell $(BIN)/python tools/environment.py --whole))

.PHONY: colab-test constraints mutants grade lab test slow record lint bench stamp colab networks digit guide site slides pictures browser hub hub-check anew

lab: .venv/ready
	$(BIN)/python -P -m jupyter trust $(wildcard notebooks/*.ipynb)
	$(BIN)/python -P -m jupyter lab --allow-root $(if $(SCREEN),,--no-browser) --LabApp.default_url=/lab/tree/notebooks/01_dense_mnist.ipynb

test: .venv/ready
	$(BIN)/python -m pytest $(if $(NOTEBOOKS),$(NOTEBOOKS) -k "not again",-n $(PROCESSES) --dist loadfile --no-loadscope-reorder)

slow: .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/jax.txt -r tests/mutants.txt -c constraints.txt
	$(BIN)/python -m pytest tests -m slow

record: .venv/ready
	$(BIN)/python -m tools.record $(NOTEBOOKS)

constraints: .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/python -m uv pip compile --universal --python-version 3.11 --upgrade --no-header --no-annotate \
	    --no-emit-package lecture-utils --quiet requirements.txt --output-file .venv/constraints
	head -2 constraints.txt | cat - .venv/constraints > .venv/renewed && mv .venv/renewed constraints.txt

networks: .venv/ready
	$(BIN)/python -m tools.networks

digit: .venv/ready
	$(BIN)/python -m tools.digit

guide: .venv/ready
	$(BIN)/python -m tools.guide

site: .venv/ready
	$(BIN)/python -m tools.site

slides: .venv/ready
	$(BIN)/python -m tools.slides

pictures: site slides
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/browser.txt -c constraints.txt
	$(BIN)/python -m tools.screenshots

browser: site slides
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/browser.txt -c constraints.txt
	$(BIN)/python -m pytest tests/browser -m browser -n 2 --dist load

mutants: .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/mutants.txt -c constraints.txt
	$(BIN)/python -m tools.mutants --share $(SHARE) --seed $(SEED) $(MODULES)

lint: .venv/ready
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/python -m tools.check

bench: .venv/ready
	$(BIN)/python -m tools.bench $(NOTEBOOKS)

grade: .venv/ready
	$(BIN)/python -m tools.grade "$(FOLDER)"

stamp: .venv/ready
	$(BIN)/python -m tools.stamp $(ADDRESS)

colab: .venv/ready
	$(BIN)/python -m tools.colab $(NOTEBOOKS)

colab-test: .venv/ready
	$(BIN)/python -m tools.colab --suite

hub: .venv-hub/ready

hub-check: .venv-hub/ready
	$(BIN)/python -m tools.hub_check

.venv-hub/ready: .venv/ready deploy/jupyterhub/requirements.txt deploy/jupyterhub/package-lock.json
	$(BIN)/python -m tools.hub

.venv/ready: requirements.txt constraints.txt $(if $(WHOLE),,anew)
	$(PYTHON) tools/environment.py
