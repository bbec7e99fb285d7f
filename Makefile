# make demo   installs, then moderates a school day on a pretend X, YouTube and Instagram (STAY=1 keeps it running)
# make test   installs, then runs every test (WORKERS=3: how many processes share them, more than cores since many wait)
# make coverage   runs every test and says what of the program none of them reached (ONLY=tests/store: one room's)
# make simulate  workers of a trust on a compressed clock, an hour of it; figures go to build/simulate/ (QUICK=1: two minutes)
# make soak   measures every promise at length, some hours of it, and writes one page of figures to build/soak/ (QUICK=1: minutes; JOBS=2: two at a time)
# make models trains both models from nothing and exports them (over an hour on two cores; goes on where it stopped)
# make lint   installs, then ruff and mypy
# make install    onto a server, as root: the program, its services, a man page; make uninstall takes it off again
# make audit   looks the locked versions up in the public lists of known weaknesses, and writes what they are to dist/sbom.json
# make lock   adds to requirements/*.txt what pyproject.toml asks for newly, with hashes (UPGRADE=1: everything in its newest version)

SHELL := /bin/bash
PYTHON ?= python3.11
BIN := .venv/bin
STAY ?=
SEED ?= 1
QUICK ?=
JOBS ?= 1
UPGRADE ?=
WORKERS ?= 3
GO_ON ?=
ONLY ?=
KEEP ?=
PIP_INSTALL = -m pip install --quiet --disable-pip-version-check
# Every library in its locked version, and every file of it with a hash that is in the lock; nothing else is taken.
LOCKED = $(PIP_INSTALL) --no-deps --no-build-isolation --require-hashes
QUIETLY = 2> >(grep -v WARNING >&2)

.PHONY: venv demo test coverage soak simulate models lint lock install uninstall clean audit

venv: .venv/.installed

# torch comes last, without a hash, so that a machine's own CPU build is taken where there is one (PIP_FIND_LINKS).
.venv/.installed: requirements/full.txt requirements/torch.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "moderator needs $(PYTHON): apt-get install python3.11 python3.11-venv"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing into .venv (a few minutes the first time) ..."
	@$(BIN)/python $(LOCKED) -r requirements/build.txt $(QUIETLY)
	@$(BIN)/python $(LOCKED) -r requirements/full.txt $(QUIETLY)
	@$(BIN)/python $(PIP_INSTALL) -r requirements/torch.txt $(QUIETLY)
	@$(BIN)/python $(PIP_INSTALL) --no-deps --no-build-isolation --editable . $(QUIETLY)
	@touch $@

demo: venv
	@$(BIN)/moderator demo $(if $(STAY),--stay)

test: venv
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder

coverage: venv
	@$(BIN)/python -m tests.covered --workers $(WORKERS) $(if $(KEEP),--keep) $(ONLY)

simulate: venv
	@$(BIN)/python -m tests.simulate --seed $(SEED) $(if $(QUICK),--quick)

soak: venv
	@$(BIN)/python -m tests.soak --seed $(SEED) --jobs $(JOBS) $(if $(QUICK),--quick)

SHARED ?= ../shared
models: venv
	@$(BIN)/python $(LOCKED) -r requirements/train.txt $(QUIETLY)
	@$(BIN)/python -m models.recipe.make --shared $(SHARED)

lint: venv
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

lock: venv
	@$(BIN)/python requirements/lock.py $(if $(UPGRADE),--upgrade)

install:
	@DESTDIR='$(DESTDIR)' PYTHON='$(PYTHON)' systemd/install.sh

uninstall:
	@DESTDIR='$(DESTDIR)' systemd/uninstall.sh

# In an environment of its own, since what audits is no part of what is audited. The lists are asked over the network: where that
# is not to be had, the bill of materials is written all the same and the command fails, or with GO_ON=1 says so and goes on.
audit:
	@test -x .venv/audit/bin/pip-audit || { $(PYTHON) -m venv .venv/audit && \
	    .venv/audit/bin/python $(PIP_INSTALL) --no-deps --require-hashes -r requirements/audit.txt $(QUIETLY); }
	@.venv/audit/bin/python requirements/audit.py $(if $(GO_ON),--go-on)

clean:
	rm -rf .venv .mypy_cache .ruff_cache
