# `make demo` and `make test` set up everything they need in .venv; see README.md for the commands without make.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
# a file's tests stay together, because they share what is slow to set up
PYTEST_OPTIONS ?= -n auto --dist loadgroup
INSTALLED := $(VENV)/installed

.PHONY: help demo test newest book pdf exercises grade claims mutants bench bench-grading lint clean system-deps
.DEFAULT_GOAL := help

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(INSTALLED): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info[:2] >= (3, 11) else "Python 3.11 or later is needed, this is " + sys.version.split()[0] + ". Say which to use: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -r requirements.txt -e .
	@touch $@

# Neither a book that failed nor a class that failed keeps the other from being seen. Status 3 of the book: see book/build.py.
demo: $(INSTALLED) ## build the book, release the assignments, grade a sample class, say what worked and where to look
	@$(BIN)/python book/build.py; book=$$?; \
	$(BIN)/course release && $(BIN)/course demo; class=$$?; \
	echo; \
	case $$book in \
	0) echo "The book was built." ;; \
	3) echo "The book was built, but on this machine these claims in it do not hold, and their pages say so:"; \
	   cat _build/claims-that-do-not-hold.txt ;; \
	*) echo "The book was NOT built: the reason stands above, before the grading. \`make book\` tries it alone." ;; \
	esac; \
	case $$class in \
	0) echo "The sample class was graded." ;; \
	*) echo "The sample class was NOT graded: the reason stands above." ;; \
	esac; \
	test $$book -eq 0 && test $$class -eq 0

test: $(INSTALLED) ## run all tests
	$(BIN)/python -m pytest $(PYTEST_OPTIONS)

newest: $(INSTALLED) ## try the students' side with the newest libraries that pyproject.toml allows, newly installed
	COURSE_NEWEST=1 $(BIN)/python -m pytest tests/test_newest.py

book: $(INSTALLED) ## build the book into _build/html
	$(BIN)/python book/build.py

pdf: $(INSTALLED) ## print the book into _build/optimization.pdf, with Chromium (see system-deps)
	$(BIN)/python book/build.py || test $$? -eq 3
	$(BIN)/python book/pdf.py

exercises: $(INSTALLED) ## generate the students' notebooks from solutions/
	$(BIN)/course release

grade: $(INSTALLED) ## grade what was collected for an assignment: make grade ASSIGNMENT=gradient-descent
	$(BIN)/course grade $(or $(ASSIGNMENT),$(error say which assignment: make grade ASSIGNMENT=gradient-descent))

claims: $(INSTALLED) ## measure every claim of the book on other seeds and other machines: make claims OPTIONS="--seeds 7,8 curvature"
	$(BIN)/python -m course_lib.experiments.measuring $(OPTIONS)

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
