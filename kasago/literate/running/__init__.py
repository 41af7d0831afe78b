"""Run a snippet in a process of its own, keep what came of it, and hold it against the page.

`run` runs a job: where processes fork, from one that has NumPy and Matplotlib loaded
(`forkserver`, which `hiding` keeps out of sight). `results` keeps what came of it, under all that
it read, and `pool` runs several at once. `check` compares that with what the page shows.
"""

# The environment variable that tells the Matplotlib backend where the figures are wanted.
FIGURES_FOLDER = "KASAGO_FIGURES"
