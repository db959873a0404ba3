# `make demo` and `make test` set up everything they need in .venv; see README.md for the commands without make.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
# a file's tests stay together, because they share what is slow to set up
PYTEST_OPTIONS ?= -n auto --dist loadgroup
INSTALLED := $(VENV)/installed

.PHONY: help demo test newest book pdf exercises grade mutants bench bench-grading lint clean system-deps
.DEFAULT_GOAL := help

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(INSTALLED): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info[:2] >= (3, 11) else "Python 3.11 or later is needed, this is " + sys.version.split()[0] + ". Say which to use: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -r requirements.txt -e .
	@touch $@

demo: $(INSTALLED) book exercises ## build the book, release the assignments, grade a sample class, say where to look
	$(BIN)/course demo

test: $(INSTALLED) ## run all tests
	$(BIN)/python -m pytest $(PYTEST_OPTIONS)

newest: $(INSTALLED) ## try the students' side with the newest libraries that pyproject.toml allows, newly installed
	COURSE_NEWEST=1 $(BIN)/python -m pytest tests/test_newest.py

book: $(INSTALLED) ## build the book into _build/html
	$(BIN)/python book/build.py

pdf: book ## print the book into _build/optimization.pdf, with Chromium (see system-deps)
	$(BIN)/python book/pdf.py

exercises: $(INSTALLED) ## generate the students' notebooks from solutions/
	$(BIN)/course release

grade: $(INSTALLED) ## grade what was collected for an assignment: make grade ASSIGNMENT=gradient-descent
	$(BIN)/course grade $(or $(ASSIGNMENT),$(error say which assignment: make grade ASSIGNMENT=gradient-descent))

mutants: $(INSTALLED) ## measure how many mistakes the checks catch and name, and how many right answers they accept
	$(BIN)/python -m course_lib.checks.error_rates solutions book/_tables/check-matrix.txt

bench: $(INSTALLED) ## time our optimizers against torch's
	$(BIN)/python benchmarks/optim.py

bench-grading: $(INSTALLED) ## time `course grade` against `nbgrader autograde`
	$(BIN)/python benchmarks/grading.py

lint: $(INSTALLED) ## check style, types and spelling
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/typos

clean: ## remove what was made, except .venv
	rm -rf _build _demo .pytest_cache .hypothesis .mypy_cache .ruff_cache

# Programs outside Python that some tests use; without them these tests are skipped (and fail with CI=true).
system-deps: ## install bubblewrap, libseccomp, chromium, poppler and postgresql with apt-get (Debian, as root)
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends bubblewrap libseccomp2 chromium poppler-utils postgresql
