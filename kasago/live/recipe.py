"""What Python in the browser is made of: versions, digests, and what is left out.

Pyodide's core, the editor and the compilers come from npm: ``package-lock.json`` has the digest of
each package. Pyodide's own lock, in its package, has the SHA-256 of each wheel that was compiled
for it. The wheels themselves are on no registry by themselves. They lie, byte for byte, in a wheel
on PyPI that somebody else publishes; nothing but these files is taken from it, and each has to have
the digest that Pyodide's lock gives. Who has the wheels in another place names that instead.
"""

import hashlib
import re
from pathlib import Path

FOLDER = Path(__file__).parent

# A wheel that carries Pyodide's, its SHA-256, and where in it they lie.
CARRIER = "open-webui==0.12.4"
CARRIER_SHA256 = "02e9caba96234db3fa17a92e56163b3f7f2b8ca8227fa886b85c178d696483f6"
CARRIER_PREFIX = "open_webui/frontend/pyodide/"

# NumPy, Matplotlib and what these import when a snippet draws.
PACKAGES = (
    "numpy",
    "matplotlib",
    "contourpy",
    "cycler",
    "kiwisolver",
    "packaging",
    "pillow",
    "pyparsing",
    "python-dateutil",
    "six",
)

# The files of Pyodide's core, and their names beside a page. Not every server knows ``.mjs``.
CORE = {
    "pyodide.mjs": "pyodide.js",
    "pyodide.asm.mjs": "pyodide.asm.js",
    "python_stdlib.zip": "python_stdlib.zip",
}

# What no snippet imports: tests, headers, other ways to draw, formats of images.
LEFT_OUT = re.compile(
    r"""/tests?/ | /testing/(?!__init__|_private/(__init__|utils|extbuild)|overrides)
    | \.(pyi|h|pxd|pyx|lib|a)$ | /include/ | /f2py/ | /distutils/ | py\.typed$ | conftest\.py$
    | /_pyinstaller/ | /doc/ | ^matplotlib/sphinxext | _tkagg | ^pylab\.py
    | ^matplotlib/backends/(qt|_backend_(gtk|tk|pdf)|web_backend)
    | ^matplotlib/backends/backend_(qt|gtk|wx|tk|mac|nbagg|web|cairo|pdf|ps|pgf)
    | ^matplotlib/mpl-data/(images|sample_data|plot_directive|fonts/(afm|pdfcorefonts))
    | ^contourpy/util/(bokeh|mpl) | ^pyparsing/diagram | ^dateutil/zoneinfo/.*tar
    | _tests?\.(cpython.*)?so$ | _(umath|operand_flag|rational|struct_ufunc|multiarray)_tests
    | \.dist-info/(?!METADATA|licenses/|LICENSE)""",
    re.VERBOSE,
)
# Of Pillow, what Matplotlib needs to write a PNG; of the fonts, those of the book's style.
PILLOW = re.compile(
    r"""PIL/(__init__|_version|_util|_binary|_deprecate|_typing|Image\w*|ExifTags|TiffTags|Gimp\w+
    |PaletteFile|(Tiff|Jpeg|Png|Bmp)ImagePlugin|JpegPresets|features|_imaging)\.""",
    re.VERBOSE,
)
FONTS = re.compile(
    r"DejaVuSans(-Bold|-Oblique|-BoldOblique|Mono|Display)?\.ttf$|LastResort|LICENSE"
)

# What the result is made of, beside what these name with a digest.
SOURCES = (
    "recipe.py",
    "assets.py",
    "compile.mjs",
    "editor.js",
    "gemm.ts",
    "package-lock.json",
    "package.json",
)


def is_kept(name: str) -> bool:
    """Return whether a file of a wheel is taken.

    Parameters
    ----------
    name : str
        Its path in the wheel.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_kept("numpy/linalg/_linalg.py"), is_kept("numpy/linalg/tests/test_linalg.py")
    (True, False)
    """
    if name.endswith("/") or LEFT_OUT.search(name):
        return False
    if name.startswith("PIL/"):
        return bool(PILLOW.match(name))
    return "/fonts/ttf/" not in name or bool(FONTS.search(name))


def digests() -> dict[str, str]:
    """Return the SHA-256 of each source of the result, by its path.

    Returns
    -------
    dict of str to str
    """
    return {
        name: hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() for name in sorted(SOURCES)
    }


def version() -> str:
    """Return a short name for what this recipe gives: another recipe has another one.

    Returns
    -------
    str
    """
    text = "".join(f"{name} {digest}\n" for name, digest in digests().items())
    return hashlib.sha256(text.encode()).hexdigest()[:12]
