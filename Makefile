# Each target does all its own set-up, in .venv.

PYTHON ?= python3
BIN := .venv/bin

# Material's notice about a version of MkDocs that this book does not use.
export NO_MKDOCS_2_WARNING := 1

.PHONY: serve test outputs bench clean

serve: .venv/installed
	$(BIN)/mkdocs serve

test: .venv/installed
	$(BIN)/pytest -n auto --dist loadgroup

# Write what the snippets print, and the figures of README.md, anew; review the difference.
outputs: .venv/installed
	$(BIN)/python -m kasago.literate README.md docs

# Time this package beside other ways to do the same; PyTorch, scikit-learn and JAX have their
# turn where they are installed in .venv.
bench: .venv/installed
	$(BIN)/python -m kasago.bench

clean:
	rm -rf .venv .cache site

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[docs,test]"
	touch $@
