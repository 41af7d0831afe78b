# Each target does all its own set-up, in .venv or, for other versions, in .venv-oldest and so on.

PYTHON ?= python3
BIN := .venv/bin

# Material's notice about a version of MkDocs that this book does not use.
export NO_MKDOCS_2_WARNING := 1

.PHONY: serve site live live-test pdf test oldest newest canary outputs bench bench-book clean

serve: .venv/installed
	$(BIN)/mkdocs serve --dirty

# The site as files, in site/. SITE_URL is where it will stand; REPO_URL, where its source does.
site: .venv/installed
	$(BIN)/mkdocs build --strict

# What runs the snippets in the reader's browser: from then on `make serve` and `make site` put it
# beside the pages. Takes npm and Node.js 20; the first time it downloads 150 MB.
live: .venv/installed
	$(BIN)/python -m kasago.live

# Every snippet of both languages in Chromium, held against what the page shows: some minutes.
live-test: live
	$(BIN)/pytest -p no:randomly tests/live_corpus.py

# The site, with the book as a PDF beside the front page of each language: takes Chromium.
pdf: export BOOK_PDF := kasago.pdf
pdf: site
	$(BIN)/python -m kasago.literate.site.pdf site $(BOOK_PDF)

test: .venv/installed
	$(BIN)/pytest -n auto --dist loadgroup

# The same with the oldest versions that pyproject.toml admits.
oldest: .venv-oldest/installed
	.venv-oldest/bin/pytest -n auto --dist loadgroup

# The same with the newest versions that there are, also beyond the bounds of what builds the site:
# where they are too new, tests/test_upstream.py says what to look at.
newest: .venv-newest/installed
	.venv-newest/bin/pytest -n auto --dist loadgroup

# Build the book with Zensical, the successor of Material, and say what is missing there.
canary: .venv-canary/installed
	.venv-canary/bin/python tests/canary.py

# Write what the snippets print, and the figures of README.md, anew; review the difference.
outputs: .venv/installed
	$(BIN)/python -m kasago.literate README.md docs

# Time this package beside other ways to do the same; PyTorch, scikit-learn and JAX have their
# turn where they are installed in .venv.
bench: .venv/installed
	$(BIN)/python -m kasago.bench

# Time the machinery: builds, the server and the tests of a page. For another book or checkout:
# .venv/bin/python -m kasago.bench.book --times 10 --against PATH
bench-book: .venv/installed
	$(BIN)/python -m kasago.bench.book

clean:
	rm -rf .venv .venv-oldest .venv-newest .venv-canary .cache site

# uv does in seconds what takes pip a minute. It does not read pip's configuration, such as the
# address of a mirror: where it finds no packages, pip may.
.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -c constraints.txt uv
	$(BIN)/uv pip install --quiet --python .venv -c constraints.txt -e ".[docs,test]" || \
		$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[docs,test]"
	touch $@

# Matplotlib 3.10.0 calls what pyparsing 3.3 warns of, and a warning is an error here.
.venv-oldest/installed: pyproject.toml
	$(PYTHON) -m venv --clear .venv-oldest
	.venv-oldest/bin/python -m pip install --quiet uv
	.venv-oldest/bin/uv pip install --quiet --python .venv-oldest --resolution lowest-direct \
		-e ".[docs,test]" "pyparsing==3.2.*"
	touch $@

.venv-newest/installed: pyproject.toml
	$(PYTHON) -m venv --clear .venv-newest
	.venv-newest/bin/python -m pip install --quiet uv
	sed -nE 's/^ *"(mkdocs[a-z0-9-]+>=[0-9.]+),<.*/\1/p' pyproject.toml > .venv-newest/uncapped.txt
	.venv-newest/bin/uv pip install --quiet --python .venv-newest -e ".[docs,test]" \
		--override .venv-newest/uncapped.txt
	touch $@

# pip, because uv does not try an older Zensical where a part of the newest is not to be had.
.venv-canary/installed: pyproject.toml
	$(PYTHON) -m venv --clear .venv-canary
	.venv-canary/bin/python -m pip install --quiet zensical -e ".[docs]"
	touch $@
