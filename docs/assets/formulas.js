// What is read needs no script. This one helps whoever copies or pastes, and whoever has no pointer.

// The theme's search looks at what is typed when a key goes up; text also comes without one.
document.addEventListener("input", ({ target }) => {
  if (target.matches(".md-search__input")) target.dispatchEvent(new KeyboardEvent("keyup"))
})

// What LaTeX takes only outside of dollar signs; aligned, cases and matrices it takes only within.
const STANDS_ALONE = /^\s*\\begin\{(equation|align|alignat|flalign|gather|multline|eqnarray)\*?\}/

// A formula is copied as its LaTeX.
document.addEventListener("copy", event => {
  const range = !getSelection().isCollapsed && getSelection().getRangeAt(0).cloneRange()
  if (!range) return
  const formulaAt = node => (node.closest ? node : node.parentElement).closest("math")
  const [first, last] = [formulaAt(range.startContainer), formulaAt(range.endContainer)]
  if (first) range.setStartBefore(first)
  if (last) range.setEndAfter(last)
  const copy = document.createElement("div")
  copy.append(range.cloneContents())
  const formulas = copy.querySelectorAll("[data-latex]")
  if (!formulas.length) return
  for (const formula of formulas) {
    const { latex } = formula.dataset
    const mark = formula.getAttribute("display") === "block" ? "$$" : "$"
    formula.replaceWith(STANDS_ALONE.test(latex) ? latex : mark + latex + mark)
  }
  document.body.append(copy) // the text of an element follows how it is shown
  event.clipboardData.setData("text/plain", copy.innerText.trim())
  event.clipboardData.setData("text/html", copy.innerHTML)
  copy.remove()
  event.preventDefault()
})

// A wide formula or table that scrolls can be reached by keyboard, and says what it is.
const names = document.documentElement.lang === "ja" ? ["数式", "表"] : ["Formula", "Table"]
const boxes = new ResizeObserver(entries => {
  for (const { target } of entries) {
    const scrolls = target.scrollWidth > target.clientWidth
    target.tabIndex = scrolls ? 0 : -1
    target.role = scrolls ? "group" : null
    target.ariaLabel = scrolls ? names[Number(!target.matches(".formula"))] : null
  }
})
addEventListener("load", () => { // by then the theme has put its tables into boxes
  for (const box of document.querySelectorAll(".formula, .md-typeset__scrollwrap")) boxes.observe(box)
})
