"""Run a snippet in a process of its own, keep what came of it, and hold it against the page."""
