# make demo   installs, then moderates a school day on a pretend X, YouTube and Instagram (STAY=1 keeps it running)
# make test   installs, then runs every test
# make simulate  workers of a trust on a compressed clock, an hour of it; figures go to build/simulate/ (QUICK=1: two minutes)
# make soak   measures every promise at length, some hours of it, and writes one page of figures to build/soak/ (QUICK=1: minutes)
# make models trains both models from nothing and exports them (over an hour on two cores; goes on where it stopped)
# make lint   installs, then ruff and mypy
# make install    onto a server, as root: the program, its services, a man page; make uninstall takes it off again
# make audit   looks the locked versions up in the public lists of known weaknesses, and writes what they are to dist/sbom.json
# make lock   writes requirements/*.txt anew from pyproject.toml

SHELL := /bin/bash
PYTHON ?= python3.11
BIN := .venv/bin
STAY ?=
SEED ?= 1
QUICK ?=
PIP_COMPILE = $(BIN)/pip-compile --quiet --strip-extras --allow-unsafe --no-annotate --no-header --no-emit-options

.PHONY: venv demo test soak simulate models lint lock install uninstall clean audit

venv: .venv/.installed

# torch comes first and pinned, so that nothing else pulls in a build with gigabytes of CUDA where a CPU build is at hand.
.venv/.installed: requirements/full.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "moderator needs $(PYTHON): apt-get install python3.11 python3.11-venv"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing into .venv (a few minutes the first time) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(grep '^torch==' requirements/full.txt)" 2> >(grep -v WARNING >&2)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/full.txt 2> >(grep -v WARNING >&2)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . 2> >(grep -v WARNING >&2)
	@touch $@

demo: venv
	@$(BIN)/moderator demo $(if $(STAY),--stay)

test: venv
	@$(BIN)/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder

simulate: venv
	@$(BIN)/python -m tests.simulate --seed $(SEED) $(if $(QUICK),--quick)

soak: venv
	@$(BIN)/python -m tests.soak --seed $(SEED) $(if $(QUICK),--quick)

SHARED ?= ../shared
models: venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
	    "$$($(BIN)/python -c "import tomllib; print(next(d for d in tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['train'] if d.startswith('gt-')))")" \
	    2> >(grep -v WARNING >&2)
	@$(BIN)/python -m models.recipe.make --shared $(SHARED)

lint: venv
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

lock: venv
	@echo 'torch==2.13.0' > .venv/torch.txt
	$(PIP_COMPILE) --extra dev --upgrade --constraint .venv/torch.txt -o requirements/full.txt pyproject.toml
	@sed -i 's/^\(torch==[0-9.]*\)+.*/\1/' requirements/full.txt
	@$(BIN)/python -c "import tomllib; print(*(d for d in tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies'] \
	    if not d.startswith(('detoxify', 'transformers'))), sep='\n')" > .venv/slim.in
	$(PIP_COMPILE) --constraint requirements/full.txt -o requirements/slim.txt .venv/slim.in
	@sed -i '/^--/d' requirements/*.txt  # where this machine fetches from is nobody else's business

install:
	@DESTDIR='$(DESTDIR)' PYTHON='$(PYTHON)' systemd/install.sh

uninstall:
	@DESTDIR='$(DESTDIR)' systemd/uninstall.sh

# In an environment of its own, since what audits is no part of what is audited. The lists are asked over the network: where that
# is not to be had, the bill of materials is written all the same and the command fails with what was missing.
audit:
	@test -x .venv/audit/bin/pip-audit || { $(PYTHON) -m venv .venv/audit && \
	    .venv/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit==2.10.1 cyclonedx-bom==7.5.0 2> >(grep -v WARNING >&2); }
	@mkdir -p dist
	@.venv/audit/bin/cyclonedx-py requirements requirements/full.txt --pyproject pyproject.toml --output-format JSON --output-file dist/sbom.json
	@echo "dist/sbom.json: $$(.venv/audit/bin/python -c "import json; print(len(json.load(open('dist/sbom.json'))['components']))") components"
	@.venv/audit/bin/pip-audit --strict --requirement requirements/full.txt --no-deps --disable-pip --progress-spinner off

clean:
	rm -rf .venv .mypy_cache .ruff_cache
