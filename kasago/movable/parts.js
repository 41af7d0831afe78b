/**
 * What movable figures are made of: elements, pixels, sliders, choices.
 *
 * Nothing here sets a style or reads HTML from text, so that a strict content security policy
 * holds: looks are in movable.css, colours are those of the page.
 */

/** The words of the page's language. */
export const words = ({ en, ja }) => document.documentElement.lang === "ja" ? ja : en

// ------------------------------------------------------------------------------- elements

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value)
    else if (value !== undefined && value !== false) node.setAttribute(name, value)
  }
  node.append(...children)
  return node
}

/** An element of HTML. An attribute that is a function listens to the event of its name. */
export const html = (name, attributes = {}, ...children) =>
  filled(document.createElement(name), attributes, children)

/** An element of SVG. */
export const svg = (name, attributes = {}, ...children) =>
  filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children)

/** A drawing, and what it shows in words. */
export const picture = (viewBox, label, ...children) =>
  svg("svg", { viewBox, role: "img", "aria-label": label }, ...children)

/** A drawing with its name below it. */
export const named = (drawing, name) =>
  html("div", { class: "picture" }, drawing, html("p", {}, name))

let count = 0
/** An id that no other element of the page has. */
export const newId = () => `movable-${++count}`

// -------------------------------------------------------------------------------- numbers

/** A number with some decimals, its minus sign as long as a plus. */
export const fixed = (value, digits) => {
  const text = value.toFixed(digits)
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−")
}

/** A number, or the end of the range that it is beyond. */
export const clamp = (value, low, high) => Math.max(low, Math.min(high, value))

// ------------------------------------------------------------------------------- pointers

/** The point of an SVG under a pointer. */
export function under(drawing, { clientX, clientY }) {
  const { x, y } = new DOMPoint(clientX, clientY)
    .matrixTransform(drawing.getScreenCTM().inverse())
  return [x, y]
}

/**
 * Have an element hold a pointer that is pressed on it, a finger too, wherever it then moves.
 *
 * @param {Element} element
 * @param {Function} pressed  Called with the event; may return false to let the pointer go.
 * @param {Function} moved  Called with each event of a pointer that is held.
 */
export function hold(element, pressed, moved) {
  // A browser would scroll the page. In an SVG it does not ask the style `touch-action`.
  element.addEventListener("touchstart", event => event.preventDefault(), { passive: false })
  element.addEventListener("pointerdown", event => {
    if (event.button || pressed(event) === false) return
    element.setPointerCapture(event.pointerId)
  })
  element.addEventListener("pointermove", event => {
    if (element.hasPointerCapture(event.pointerId)) moved(event)
  })
}

/** Pixels as squares of one colour, the stronger the larger the value; those of 0 are not drawn. */
export function pixels(values, columns, className = () => "ink", largest = 1) {
  return [...values].flatMap((value, i) => {
    const strength = Math.min(1, Math.abs(value) / largest)
    return strength < 0.004 ? [] : [svg("rect", {
      x: i % columns, y: Math.floor(i / columns), width: 1, height: 1,
      "fill-opacity": strength.toFixed(3), class: className(value),
    })]
  })
}

// ------------------------------------------------------------------------------- controls

/**
 * A slider with its name and its value.
 *
 * @param {string} options.name  What it sets; a symbol, or words.
 * @param {Function} [options.read]  From the number of the slider to the value.
 * @param {Function} [options.show]  From the value to its text.
 */
export function slider({ name, min, max, step, value, read = Number, show = String }, moved) {
  const id = newId()
  // No output element: that would be read aloud beside the slider itself, and what comes of it.
  const shown = html("span", { class: "value", "aria-hidden": "true" })
  const input = html("input", { id, type: "range", min, max, step, value, autocomplete: "off" })
  const refresh = () => {
    const text = show(read(Number(input.value)))
    shown.textContent = text
    input.setAttribute("aria-valuetext", text)
  }
  input.addEventListener("input", () => {
    refresh()
    moved()
  })
  input.value = value // a browser may have kept another one
  refresh()
  return {
    element: html("div", { class: "slider" }, html("label", { for: id }, name), input, shown),
    get value() { return read(Number(input.value)) },
    /** Move the slider itself. */
    set place(place) {
      input.value = place
      refresh()
    },
    reset() { this.place = value },
  }
}

/** Sliders below one another, as wide as one another. */
export const panel = sliders =>
  html("div", { class: "sliders" }, ...sliders.map(each => each.element))

/** A choice of one among some, each a value and its name. */
export function choice({ name, options, value }, moved) {
  const group = newId()
  const radios = options.map(([key]) => html("input", {
    type: "radio", name: group, id: newId(), value: key, checked: key === value && "",
    autocomplete: "off", change: moved,
  }))
  for (const radio of radios) radio.checked = radio.value === value
  return {
    element: html("fieldset", { class: "choice" }, html("legend", {}, name),
      ...options.map(([, text], i) => html("span", {},
        radios[i], html("label", { for: radios[i].id }, text)))),
    get value() { return radios.find(radio => radio.checked)?.value },
    set value(key) { for (const radio of radios) radio.checked = radio.value === key },
    reset() { this.value = value },
  }
}

export const button = (name, pressed) => html("button", { type: "button", click: pressed }, name)

/** A name with the line or the dot that stands for it in a drawing. */
export const key = (className, name) => html("span", {},
  svg("svg", { viewBox: "0 0 24 10", class: "key", "aria-hidden": "true" },
    svg("path", { d: "M0 5H24", class: `line ${className}` })), ` ${name}`)

/** A small table: its head, and rows that change. */
export function table(head) {
  const body = html("tbody")
  return {
    element: html("table", { class: "numbers" },
      html("thead", {}, html("tr", {}, ...head.map(text => // a corner heads nothing
        text ? html("th", { scope: "col" }, text) : html("td")))),
      body),
    fill(rows) {
      body.replaceChildren(...rows.map(([name, ...cells]) => html("tr", {},
        html("th", { scope: "row" }, name), ...cells.map(cell => html("td", {}, cell)))))
    },
  }
}

const RESET = { en: "Reset", ja: "元に戻す" }

/**
 * Put a figure into its box, with the caption that the page has for it.
 *
 * @param {HTMLElement} box
 * @param {object} options
 * @param {string} options.name  Of the figure, for someone who cannot see it.
 * @param {Element[]} options.drawings
 * @param {Element[]} options.controls
 * @param {Array} [options.movers]  The sliders and choices among them, which can be reset.
 * @param {Function} options.draw  Draws all anew and returns what came of it, in a sentence.
 * @param {string} [options.layout]  How they stand to one another; see movable.css.
 * @returns {Function} what has it drawn anew.
 */
export function figure(box, { name, drawings, controls, movers = [], draw, layout = "beside" }) {
  const caption = box.querySelector("template").content
  const says = html("p", { class: "says", role: "status" })
  const refresh = () => {
    const text = draw()
    if (says.textContent !== text) says.textContent = text
  }
  const reset = movers.length > 0 && button(words(RESET), () => {
    for (const mover of movers) mover.reset()
    refresh()
  })
  box.replaceChildren(
    ...caption.textContent.trim() ? [html("div", { class: "caption" }, caption)] : [],
    html("div", { class: `stage ${layout}` },
      html("div", { class: "drawings" }, ...drawings),
      html("div", { class: "controls" }, ...controls,
        says, ...reset ? [reset] : [])))
  box.setAttribute("role", "group")
  box.setAttribute("aria-label", name)
  box.hidden = false
  refresh()
  return refresh
}
