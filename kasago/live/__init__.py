"""Python in the reader's browser: what runs there, and the command that builds it.

``python -m kasago.live`` fills a folder with what a page needs to run its snippets: Pyodide, which
is CPython compiled for browsers, NumPy, Matplotlib, an editor and a fast matrix product. The build
of the site puts it beside the pages (``kasago/literate/site/live.py``); without that folder the
site is a book to read. These are the parts:

1. `recipe` says what is taken, from where, with which digest; `assets` takes it.
2. ``browser/live.js`` gives each snippet its buttons, starts the worker at the first Run and shows
   what comes of it.
3. ``browser/worker.js`` starts Python, and then has no network any more.
4. `runner` runs one snippet after the other in Python, `backend` hands over its figures, and
   `dot` lets ``@`` and ``np.dot`` use the loops of ``gemm.ts``.

Nothing of it is loaded before the reader presses Run but a script and a style sheet of a few
kilobytes.
"""
