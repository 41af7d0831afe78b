"""Make what the pages need to run Python in the reader's browser: ``python -m kasago.live``."""

import argparse
import os
from pathlib import Path

from kasago.live.assets import AssetError, make


def main() -> None:
    """Make the assets, and say what they weigh."""
    parser = argparse.ArgumentParser(
        prog="python -m kasago.live",
        description="Make what a site needs to run Python in its pages: about 28 MB, of which a "
        "reader loads half at the first Run. It takes npm, Node.js 20, pip, and once a download "
        "of 150 MB; what is there already is not made again.",
    )
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path(os.environ.get("KASAGO_LIVE") or ".cache/live"),
        help="where it is kept (KASAGO_LIVE in the environment; by default %(default)s)",
    )
    parser.add_argument(
        "--wheels",
        default=os.environ.get("KASAGO_LIVE_WHEELS", ""),
        metavar="PLACE",
        help="a folder, or an address, with the wheels that Pyodide's lock names, such as its "
        "release unpacked (KASAGO_LIVE_WHEELS); by default they come out of a wheel on PyPI",
    )
    options = parser.parse_args()
    try:
        folder = make(options.folder, options.wheels)
    except AssetError as error:
        raise SystemExit(f"kasago.live: {error}") from None
    for file in sorted(folder.iterdir()):
        print(f"{file.stat().st_size:>10,}  {file.name}")
    print(f"{sum(f.stat().st_size for f in folder.iterdir()):>10,}  {folder}")


if __name__ == "__main__":
    main()
