// Python in a worker: one interpreter, that runs one snippet after the other.
//   It is told  { type: "boot" }, then { type: "run", code }.
//   It says     { type: "loaded", share }, { type: "ready", heap, fast },
//               { type: "out", kind, text }, { type: "done", error, ms, heap }, { type: "fail", message }.

const say = (type, rest = {}) => postMessage({ type, ...rest })
const beside = (name, folder = import.meta.url) => new URL(name, folder).href

const open = self.fetch.bind(self)
let python
let runner
let memory
let functions

// Pyodide does not hand out its memory, in which the kernel multiplies, nor the table of functions,
// from which NumPy calls it.
const instantiateStreaming = WebAssembly.instantiateStreaming
WebAssembly.instantiateStreaming = async (source, imports) => {
  const made = await instantiateStreaming.call(WebAssembly, source, imports)
  const has = kind => Object.values(made.instance.exports).find(each => each instanceof kind)
  memory ??= has(WebAssembly.Memory)
  functions ??= has(WebAssembly.Table)
  return made
}

/** What is loaded: counted, so that the page can say how far it is, and unpacked. */
function loader(total) {
  let had = 0
  const counted = body => body.pipeThrough(new TransformStream({
    transform(chunk, controller) {
      had += chunk.byteLength
      say("loaded", { share: Math.min(1, had / total) })
      controller.enqueue(chunk)
    },
  }))
  const load = async address => {
    const answer = await open(address)
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`)
    return counted(answer.body)
  }
  return {
    whole: async address => new Response(await load(address)).arrayBuffer(),
    unpacked: async (address, type = "application/octet-stream") => {
      const stream = (await load(address)).pipeThrough(new DecompressionStream("gzip"))
      return new Response(stream, { headers: { "Content-Type": type } })
    },
  }
}

async function boot() {
  const book = await (await open(beside("live.json"))).json()
  const assets = beside(book.assets)
  const { whole, unpacked } = loader(book.bytes)
  const library = unpacked(beside("lib.bin", assets)).then(answer => answer.arrayBuffer())
  const packages = whole(beside("packages.zip"))
  const kernel = open(beside("gemm.wasm", assets)).then(answer => answer.arrayBuffer())
  for (const each of [library, packages, kernel]) each.catch(() => {}) // awaited below

  // Pyodide asks for two files by itself.
  self.fetch = (address, ...how) => {
    if (String(address).endsWith("pyodide.asm.wasm")) {
      return unpacked(beside("wasm.bin", assets), "application/wasm")
    }
    return String(address).endsWith("python_stdlib.zip")
      ? whole(address).then(content => new Response(content))
      : open(address, ...how)
  }
  const { loadPyodide } = await import(beside("pyodide.js", assets))
  const root = "/lib/book"
  python = await loadPyodide({
    indexURL: assets,
    lockFileURL: beside("pyodide-lock.json", assets),
    packages: [],
    jsglobals: { setTimeout, clearTimeout, setInterval, clearInterval }, // and no network
    env: {
      COLUMNS: "80",
      HOME: "/home/pyodide",
      KASAGO_FIGURES: "/tmp/figures",
      MATPLOTLIBRC: `${root}/kasago/literate/running/matplotlibrc`,
      MPLBACKEND: "module://kasago.live.backend",
      MPLCONFIGDIR: "/tmp/matplotlib",
      NO_COLOR: "1",
      PYTHONHASHSEED: "0",
    },
  })
  python.setStdin({ error: true })
  python.unpackArchive(await library, "zip", { extractDir: "/lib/python3.14/site-packages" })
  python.unpackArchive(await packages, "zip", { extractDir: root })
  // Large files of the packages come, whole, when they are opened.
  for (const [path, address] of Object.entries(book.lazy)) {
    const [, folder, name] = path.match(/^(.*\/)?(.*)$/)
    python.FS.mkdirTree(`${root}/${folder ?? ""}`)
    python.FS.createLazyFile(`${root}/${folder ?? ""}`, name, beside(address), true, false)
  }
  python.globals.get("__import__")("sys").path.insert(0, root)
  python.runPython("import numpy")
  runner = python.pyimport("kasago.live.runner")
  const loops = await multiplier(kernel)
  runner.setup((kind, text) => say("out", { kind, text }), loops)
  lock(book)
  // Pyodide's own interface could ask the network for files.
  for (const name of ["pyodide_js", "js"]) python.unregisterJsModule(name)
  python.runPython(`
import sys
for name in [name for name in sys.modules if name.partition(".")[0] in {"js", "pyodide_js"}]:
    del sys.modules[name]
`)
  say("ready", { heap: python._module.HEAPU8.length, fast: Boolean(loops) })
}

/** The loops for products of matrices, as numbers of functions; without them NumPy's own do the
 * same, more slowly. */
async function multiplier(kernel) {
  try {
    const { instance } = await WebAssembly.instantiate(await kernel, { env: { memory } })
    const first = functions.grow(2)
    functions.set(first, instance.exports.doubles)
    functions.set(first + 1, instance.exports.floats)
    return python.toPy({ float64: first, float32: first + 1 })
  } catch {
    return undefined
  }
}

/** What a snippet runs can no longer reach another host, nor keep anything, nor make code of text.
 * What is asked for by name is what the book itself comes with. */
function lock(book) {
  const own = new Set(Object.values(book.lazy).map(address => beside(address)))
  const open = XMLHttpRequest.prototype.open
  XMLHttpRequest.prototype.open = function (method, address, ...rest) {
    const full = new URL(address, import.meta.url).href
    if (!own.has(full)) throw new Error("a snippet has no network")
    return open.call(this, method, full, ...rest)
  }
  // Whether something is a function is asked by `instanceof`: so the constructors are not just gone.
  for (const made of [function () {}, async function () {}, function* () {}, async function* () {}]) {
    const none = function () { throw new Error("a snippet makes no code of text") }
    none.prototype = Object.getPrototypeOf(made)
    Object.defineProperty(none.prototype, "constructor", { value: none })
    if (none.prototype === Function.prototype) self.Function = none
  }
  const names = ["fetch", "WebSocket", "WebSocketStream", "WebTransport", "EventSource", "Worker",
    "SharedWorker", "BroadcastChannel", "caches", "indexedDB", "importScripts", "eval", "FontFace"]
  for (let at = self; at; at = Object.getPrototypeOf(at)) {
    for (const name of names) {
      if (Object.hasOwn(at, name)) {
        Object.defineProperty(at, name, { value: undefined, configurable: false, writable: false })
      }
    }
  }
}

function run({ code }) {
  const began = performance.now()
  const error = runner.run(code)
  say("done", { error, ms: performance.now() - began, heap: python._module.HEAPU8.length })
}

addEventListener("message", async ({ data }) => {
  try {
    await (data.type === "boot" ? boot() : run(data))
  } catch (error) {
    say("fail", { message: String(error?.message ?? error) })
  }
})
