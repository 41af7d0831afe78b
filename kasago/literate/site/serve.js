// Keeps a page of `mkdocs serve` up to date: what still runs comes in its place, and the page is
// loaded anew when a build has changed it.
{
  const { page, digest, base, build: first } = document.currentScript.dataset
  let build = first
  let asking = new AbortController()

  const places = () => [...document.querySelectorAll("[data-run]")]
  const pause = () => new Promise(resolve => setTimeout(resolve, 1000))

  // A browser keeps few connections to one host: a tab that nobody sees has none.
  const seen = () => new Promise(resolve => {
    const look = () => {
      if (document.visibilityState !== "visible") return
      document.removeEventListener("visibilitychange", look)
      resolve()
    }
    document.addEventListener("visibilitychange", look)
    look()
  })
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") asking.abort()
  })

  const ask = async () => {
    const question = new URLSearchParams({ page, digest, build })
    places().forEach(place => question.append("run", place.dataset.run))
    asking = new AbortController()
    const answer = await fetch(`${base}news?${question}`, { signal: asking.signal })
    return answer.json()
  }

  // The code that stands there has its buttons already.
  const put = (place, html) => {
    const holder = document.createElement("template")
    holder.innerHTML = html
    const code = ":scope > .highlight:not(.output)"
    const fresh = holder.content.querySelector(".snippet")?.querySelector(code)
    const old = place.querySelector(code)
    if (old && fresh) fresh.replaceWith(old)
    place.replaceWith(holder.content)
  }

  const say = (place, text) => {
    const note = place.querySelector(".running")
    if (note) note.textContent = text
  }

  const watch = async () => {
    for (;;) {
      await seen()
      try {
        const news = await ask()
        if (news.changed) return location.reload()
        build = news.build
        for (const place of places()) {
          const { run } = place.dataset
          if (news.ended[run] != null) put(place, news.ended[run])
          else if (run in news.ended) place.removeAttribute("data-run") // of a page that is gone
          else if (run in news.still) say(place, news.still[run])
        }
      } catch { // the server was stopped, or starts anew
        await pause()
      }
    }
  }

  watch()
}
