// Keeps a page of `mkdocs serve` up to date: what still runs comes in its place, and the page is
// loaded anew when a build has changed it.
{
  const { page, digest, build, base } = document.currentScript.dataset

  const ask = async (name, question) => {
    const answer = await fetch(`${base}${name}?${new URLSearchParams(question)}`)
    return answer.json()
  }
  const pause = () => new Promise(resolve => setTimeout(resolve, 1000))

  const fill = async place => {
    let still = ""
    for (;;) {
      try {
        const answer = await ask("result", { run: place.dataset.run, still })
        if (answer.gone) return
        if (answer.html !== undefined) return put(place, answer.html)
        still = answer.still
        const note = place.querySelector(".running")
        if (note) note.textContent = still
      } catch { // the server was stopped, or starts anew
        await pause()
      }
    }
  }

  // The code that stands there has its buttons already.
  const put = (place, html) => {
    const holder = document.createElement("template")
    holder.innerHTML = html
    const code = ":scope > .highlight"
    const [old, fresh] = [place, holder.content.querySelector(".snippet")].map(s => s?.querySelector(code))
    if (old && fresh) fresh.replaceWith(old)
    place.replaceWith(holder.content)
  }

  const watch = async () => {
    for (let seen = build; ;) {
      try {
        const answer = await ask("changed", { page, digest, build: seen })
        if (answer.changed) return location.reload()
        seen = answer.build
      } catch {
        await pause()
      }
    }
  }

  document.querySelectorAll("[data-run]").forEach(fill)
  watch()
}
