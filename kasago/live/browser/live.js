// Run, Edit, Stop, Reset for each snippet of a page that runs. Until the reader presses Run nothing
// is loaded but this script and its style sheet; the editor comes at the first Edit.
"use strict"
{
  const script = document.currentScript
  const words = JSON.parse(script.dataset.words)
  const beside = name => new URL(name, script.src).href
  const say = (word, ...values) => words[word].replace(/{}/g, () => values.shift())
  const seconds = ms => (ms / 1000).toFixed(ms < 9950 ? 1 : 0)

  // What a reader keeps: edits and solved exercises, each under a digest of the page's own code.
  const KEPT = "kasago.live."
  const kept = {
    get: key => { try { return localStorage.getItem(KEPT + key) } catch { return null } },
    set: (key, text) => { try { localStorage.setItem(KEPT + key, text) } catch { /* kept nowhere */ } },
    drop: key => { try { localStorage.removeItem(KEPT + key) } catch { /* nothing was kept */ } },
    all: () => { try { return Object.keys(localStorage).filter(key => key.startsWith(KEPT)) } catch { return [] } },
  }
  const digest = text => { // cyrb53: short, and two snippets of a book do not share it
    let a = 0xdeadbeef
    let b = 0x41c6ce57
    for (const letter of text) {
      a = Math.imul(a ^ letter.codePointAt(0), 2654435761)
      b = Math.imul(b ^ letter.codePointAt(0), 1597334677)
    }
    a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)
    b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909)
    return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36)
  }

  const element = (tag, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(tag), properties)
    made.append(...children)
    return made
  }

  // ------------------------------------------------------------------ the worker

  const MEMORY = 400e6 // bytes

  let worker // one for the page, started at the first Run
  let ready = false
  let known = false // whether it has been ready before: then nothing is loaded any more
  let again = false // whether it is started once more because it did not come
  let current // the snippet that waits for it, or that it runs

  function start() {
    ready = false
    worker = new Worker(beside("worker.js"), { type: "module" })
    worker.onmessage = ({ data }) => hear[data.type](data)
    worker.onerror = event => {
      event.preventDefault()
      hear.fail({ message: event.message || "worker.js" })
    }
    worker.postMessage({ type: "boot" })
  }

  function send() {
    current.state("running")
    worker.postMessage({ type: "run", code: current.text })
  }

  const hear = {
    loaded: ({ share }) => current?.progress(share),
    ready: () => {
      ready = known = true
      again = false
      if (current) send()
    },
    out: ({ kind, text }) => current?.receive(kind, text),
    done: ({ error, ms, heap }) => {
      const cell = current
      current = undefined
      cell?.end(error, ms)
      if (heap > MEMORY) { // which Python never gives back: a telephone would end the page
        halt()
        start()
      }
    },
    fail: ({ message }) => { // Python itself broke down, or never came
      const cell = current
      const word = ready ? "failed" : "lost"
      halt()
      if (word === "lost" && known && !again) { // seen right after a Stop
        again = true
        current = cell
        return start()
      }
      cell?.receive("stderr", message)
      cell?.state(word)
    },
  }

  function halt() {
    worker?.terminate()
    worker = current = undefined
    ready = false
  }

  function stop() {
    const cell = current
    halt()
    cell?.stopped()
    start() // it is there again before the reader has changed a line
  }

  function run(cell) {
    if (current === cell) return
    if (current) stop()
    cell.begin()
    current = cell
    if (!worker) start()
    if (ready) send()
    else cell.state(known ? "starting" : "loading")
  }

  // ------------------------------------------------------------------ figures

  // All that a drawing needs. What else an SVG may have does not come onto the page.
  const SHAPES = new Set("svg g path defs clippath rect circle ellipse line polyline polygon use text tspan image lineargradient stop pattern marker title desc".split(" "))
  const STYLES = /^(fill|stroke|opacity|font|text|clip-path|clip-rule|color|stop|paint-order|dominant|letter-spacing|image-rendering|mix-blend-mode)/
  const own = value => !/url\(\s*["']?(?!["']?#)/i.test(value)
  const isSafe = ({ name, value }) => {
    if (/^(data-)?on/i.test(name) || !own(value)) return false
    return !/href$/i.test(name) || /^(#|data:image\/png;base64,)/.test(value)
  }

  /** A figure as an element of the page. Styles are set one by one, after the text has been read: a
   * policy that allows none in a text allows these. */
  function picture(text, label, prefix) {
    const quiet = text.replace(/<style[^>]*>.*?<\/style>/gs, "").replace(/<[^>]*>/g, tag => tag.replace(/(?<=\s)(?=(style|on\w+)\s*=)/g, "data-"))
    const parsed = new DOMParser().parseFromString(quiet, "image/svg+xml").documentElement
    if (parsed.localName !== "svg") return element("p", { textContent: "SVG?" })
    for (const part of [parsed, ...parsed.querySelectorAll("*")]) {
      if (!SHAPES.has(part.localName.toLowerCase())) {
        part.remove()
        continue
      }
      for (const attribute of [...part.attributes]) {
        if (!isSafe(attribute)) part.removeAttributeNode(attribute)
        else if (attribute.name === "id") attribute.value = prefix + attribute.value
        else if (/href$/.test(attribute.name)) attribute.value = attribute.value.replace(/^#/, `#${prefix}`)
        else attribute.value = attribute.value.replaceAll("url(#", `url(#${prefix}`)
      }
    }
    const svg = document.importNode(parsed, true)
    for (const part of [svg, ...svg.querySelectorAll("[data-style]")]) {
      for (const declaration of (part.getAttribute("data-style") ?? "").split(";")) {
        const [name, ...value] = declaration.split(":").map(each => each.trim())
        if (STYLES.test(name)) part.style.setProperty(name, value.join(":"))
      }
      part.removeAttribute("data-style")
    }
    svg.setAttribute("role", "img")
    svg.setAttribute("aria-label", label)
    return svg
  }

  // ------------------------------------------------------------------ a snippet

  class Cell {
    constructor(code, number) {
      this.code = code
      this.number = number
      this.name = say("snippet", number)
      this.original = code.textContent.replace(/\n+$/, "")
      this.nodes = [...code.childNodes]
      this.key = digest(this.original)
      this.text = this.original
      this.pre = code.closest("pre")
      this.lines = 0
      this.buttons = {}
      this.bar = element("div", { className: "live-bar", role: "group", ariaLabel: this.name })
      for (const act of ["run", "edit", "reset", "stop"]) this.bar.append(this.button(act))
      this.status = element("output", { className: "live-state" })
      this.clock = element("span", { className: "live-clock", ariaHidden: "true" })
      this.bar.append(element("span", { className: "live-says" }, this.status, this.clock))
      this.box.append(this.bar)
      this.snippet.dataset.live = "on"
      this.snippet.addEventListener("keydown", event => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return
        event.preventDefault()
        run(this)
      })
      const edit = kept.get(`edit.${this.key}`)
      if (edit !== null) this.change(edit)
      if (this.isExercise) {
        // Its code is there to be changed: a click into it is enough.
        this.pre.classList.add("live-stub")
        this.pre.addEventListener("click", () => getSelection().isCollapsed && this.edit())
        if (this.solved) this.say("solved")
      }
      this.show()
    }

    // Looked up each time: a page that is being written has its snippets replaced around the code.
    get box() { return this.code.closest(".highlight") }
    get snippet() { return this.code.closest(".snippet") }
    get fails() { return this.snippet.dataset.fails }
    get isExercise() { return this.fails?.startsWith("AssertionError") ?? false }
    // An exercise without its assertions would always come to its end.
    get asserts() {
      const lines = text => text.split("\n").map(line => line.trim())
      return lines(this.original).every(line => !/^assert\b/.test(line) || lines(this.text).includes(line))
    }

    get solved() { return kept.get(`solved.${this.key}`) !== null }

    button(act) {
      const button = element("button", { type: "button", textContent: words[act], ariaLabel: say("name", words[act], this.name) })
      button.addEventListener("click", () => this[act]())
      button.dataset.act = act
      this.buttons[act] = button
      return button
    }

    run() { run(this) }

    stop() {
      if (current === this) stop()
      this.buttons.run.focus()
    }

    async edit() {
      if (!this.editor) {
        const host = element("div", { className: "live-editor" })
        const options = {
          parent: host,
          text: this.text,
          label: say("code", this.name),
          hint: words.keys,
          changed: text => this.change(text, true),
          run: () => run(this),
          leave: () => this.buttons.run.focus(),
        }
        let opened
        try {
          const { assets } = await (await fetch(beside("live.json"))).json()
          const { open } = await import(beside(`${assets}editor.js`))
          opened = open
        } catch {
          opened = plain
        }
        if (!this.editor) {
          this.pre.before(host)
          this.editor = opened(options)
          this.host = host
          this.pre.hidden = true
          this.show()
        }
      }
      this.editor.focus()
    }

    reset() {
      if (current === this) stop()
      kept.drop(`edit.${this.key}`)
      this.change(this.original)
      this.close()
      this.snippet.classList.remove("live-shown")
      this.out?.remove()
      this.out = undefined
      this.say("")
      this.show()
      this.buttons.run.focus()
      account()
    }

    close() {
      this.editor?.close()
      this.host?.remove()
      this.editor = this.host = undefined
      this.pre.hidden = false
    }

    /** Take up another text of the code. */
    change(text, isNew = false) {
      this.text = text
      // What is copied or printed is what would run.
      if (text === this.original) this.code.replaceChildren(...this.nodes)
      else this.code.textContent = `${text}\n`
      if (isNew && text === this.original) kept.drop(`edit.${this.key}`)
      else if (isNew) kept.set(`edit.${this.key}`, text)
      if (isNew) account()
      this.show()
    }

    show() {
      const { stop, reset } = this.buttons
      stop.hidden = current !== this
      reset.hidden = this.text === this.original && !this.editor && !this.out
    }

    say(word, ...values) {
      this.clock.textContent = ""
      this.status.textContent = word && say(word, ...values)
      this.bar.dataset.state = word
    }

    // What it goes through: loading, running, then an end.

    begin() {
      this.fresh = undefined
      this.figures = 0
      this.lines = 0
      this.began = performance.now()
      this.say("")
    }

    state(name) {
      clearInterval(this.ticking)
      const takes = this.snippet.dataset.liveSeconds
      if (name === "loading") this.say("loading", words.megabytes)
      else if (name === "running") this.say(takes ? "long" : "running", takes)
      else this.say(name)
      if (name === "running") {
        this.began = performance.now()
        this.ticking = setInterval(() => {
          const passed = Math.round((performance.now() - this.began) / 1000)
          if (passed >= 2) this.clock.textContent = ` ${say("seconds", passed)}`
        }, 500)
      }
      this.show()
    }

    progress(share) {
      if (this.bar.dataset.state !== "loading") return
      if (share < 1) this.clock.textContent = ` ${Math.floor(100 * share)}%`
      else this.say("starting")
    }

    /** Show what the run gives, in the place of what the page has. */
    receive(kind, text) {
      const out = this.place()
      if (kind === "figure") {
        const old = this.snippet.querySelectorAll(":scope > figure.drawn")[this.figures++]
        const same = this.text === this.original ? old : undefined
        const label = same?.querySelector("svg")?.getAttribute("aria-label") ?? words.figure
        const figure = element("figure", { className: "drawn" }, picture(text, label, `live-${this.number}-${this.figures}-`))
        const caption = same?.querySelector("figcaption")
        if (caption) figure.append(caption.cloneNode(true))
        out.append(figure)
        return
      }
      let last = out.lastElementChild
      if (last?.dataset.kind !== kind) {
        last = element("div", { className: `highlight output live-${kind}` }, element("pre", {}, element("code")))
        last.dataset.kind = kind
        out.append(last)
      }
      const shown = last.querySelector("code")
      // A progress bar begins its line anew.
      const all = shown.textContent + text
      if (all.includes("\r")) shown.textContent = all.replace(/[^\n]*\r(?=[^\n])/g, "")
      else shown.append(text)
    }

    place() {
      if (!this.fresh) {
        this.fresh = element("div", { className: "live-out", role: "region", ariaLabel: say("gives", this.name) })
        this.out?.remove()
        this.out = this.fresh
        this.snippet.append(this.out)
        this.snippet.classList.add("live-shown")
        this.show()
      }
      return this.fresh
    }

    end(error, ms) {
      this.place()
      if (error) this.fail(error)
      else if (this.isExercise && !this.asserts) this.state("no-assert")
      else if (this.isExercise) {
        kept.set(`solved.${this.key}`, "1")
        this.state("right")
        account()
      } else {
        this.state("done")
        this.say(this.out.hasChildNodes() ? "done" : "nothing", seconds(ms))
      }
      this.scrolls()
    }

    fail(error) {
      const isAnswer = this.isExercise && error.startsWith("AssertionError")
      // Its message says it all.
      if (isAnswer && error.includes(":")) this.out.querySelector(".live-stderr:last-child code").textContent = error
      this.state(isAnswer ? "not-yet" : "failed")
    }

    stopped() {
      this.state("stopped")
      this.scrolls()
    }

    /** Let what scrolls be scrolled by keyboard. */
    scrolls() {
      for (const code of this.out?.querySelectorAll("pre > code") ?? []) {
        if (code.scrollWidth > code.clientWidth || code.scrollHeight > code.clientHeight) code.tabIndex = 0
      }
    }
  }

  /** An editor without anything to load, should the other one not come. */
  function plain({ parent, text, label, hint, changed, run, leave }) {
    const area = element("textarea", { value: text, ariaLabel: label, ariaDescription: hint, spellcheck: false, autocapitalize: "off", wrap: "off" })
    const fit = () => { area.rows = area.value.split("\n").length + 1 }
    fit()
    area.addEventListener("input", () => { fit(); changed(area.value) })
    area.addEventListener("keydown", event => {
      if (event.key === "Escape") leave()
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      run()
    })
    parent.append(area)
    return { focus: () => area.focus(), close: () => {} }
  }

  // ------------------------------------------------------------------ the page

  const cells = []

  /** Say how many exercises are solved, and let the reader take back what is kept. */
  function account() {
    const exercises = cells.filter(cell => cell.isExercise)
    const solved = exercises.filter(cell => cell.solved).length
    count.textContent = exercises.length ? say("solved-of", solved, exercises.length) : ""
    count.hidden = !exercises.length
    clear.hidden = !kept.all().length
  }

  const count = element("p", { className: "live-count", role: "status" })
  const clear = element("button", { type: "button", textContent: words.clear })
  clear.addEventListener("click", () => {
    kept.all().forEach(key => localStorage.removeItem(key))
    for (const cell of cells) if (cell.text !== cell.original || cell.isExercise) cell.reset()
    account()
    about.querySelector("a").focus()
  })
  const licences = element("a", { href: script.dataset.licences, textContent: words.licences })
  const about = element("p", { className: "live-about" }, element("span", {}, `${words.about} `, licences), clear)

  function enhance() {
    for (const snippet of document.querySelectorAll(".snippet:is([data-live], [data-not-live])")) {
      const code = snippet.querySelector(":scope > .highlight:not(.output) code")
      const known = cells.find(cell => cell.code === code)
      if (known) known.snippet.dataset.live = "on" // its frame was replaced around it
      else if ("live" in snippet.dataset) cells.push(new Cell(code, cells.length + 1))
      else if (snippet.dataset.notLive && !snippet.querySelector(".live-not")) {
        const note = element("p", { className: "note live-not", textContent: say("not", snippet.dataset.notLive) })
        snippet.querySelector(":scope > .highlight").after(note)
      }
    }
    const first = cells.find(cell => cell.isExercise)
    if (first && !count.isConnected) {
      let at = first.snippet
      while (at.previousElementSibling && !/^H[1-6]$/.test(at.tagName)) at = at.previousElementSibling
      if (/^H[1-6]$/.test(at.tagName)) at.after(count)
      else first.snippet.before(count)
    }
    if (cells.length && !about.isConnected) document.querySelector("article").append(about)
    account()
  }

  const can = location.protocol.startsWith("http") && "replaceChildren" in document.body
    && typeof DecompressionStream === "function" && typeof WebAssembly === "object"
  if (can) {
    enhance()
    new MutationObserver(changes => {
      const added = changes.flatMap(({ addedNodes }) => [...addedNodes])
      if (added.some(node => node.matches?.(".snippet, :has(.snippet)"))) enhance()
    }).observe(document.querySelector("article"), { childList: true, subtree: true })
    // For other scripts of the page, whose jobs have the `text` of their code and, as a snippet,
    // begin, state, progress, receive, end and stopped. One Python runs one at a time.
    script.live = { run, stop: job => { if (current === job) stop() }, say }
  } else document.documentElement.classList.add("no-live")
}
