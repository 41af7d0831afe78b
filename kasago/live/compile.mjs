// node compile.mjs FOLDER: turns the .py files of FOLDER/lib.zip into .pyc with the very interpreter
// that will read them, so that no reader waits for it.
import fs from "node:fs";
import { pathToFileURL } from "node:url";

const folder = process.argv[2];
const { loadPyodide } = await import(pathToFileURL(`${folder}/core/pyodide.mjs`));
const python = await loadPyodide({ indexURL: `${folder}/core/`, packages: [] });
const SITE = "/lib/python3.14/site-packages";
python.unpackArchive(new Uint8Array(fs.readFileSync(`${folder}/lib.zip`)), "zip", {
  extractDir: SITE,
});
python.FS.writeFile(
  "/tmp/pack.py",
  `
import importlib._bootstrap_external as external
import importlib.util
import os
import sys
import zipfile

site, names = sys.argv[1], []
for folder, folders, files in os.walk(site):
    names += [os.path.relpath(os.path.join(folder, file), site) for file in files]
with zipfile.ZipFile("/tmp/lib.zip", "w", zipfile.ZIP_STORED) as packed:
    for name in sorted(names):
        with open(os.path.join(site, name), "rb") as file:
            content = file.read()
        if name.endswith(".py"):
            code = compile(content, name, "exec", dont_inherit=True, optimize=0)
            digest = importlib.util.source_hash(content)
            content, name = bytes(external._code_to_hash_pyc(code, digest, False)), name + "c"
        packed.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content)
`,
);
python.runPython(`
import runpy, sys
sys.argv = ["pack.py", "${SITE}"]
runpy.run_path("/tmp/pack.py", run_name="__main__")
`);
fs.writeFileSync(`${folder}/lib.zip`, python.FS.readFile("/tmp/lib.zip"));
