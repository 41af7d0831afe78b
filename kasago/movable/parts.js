/**
 * What movable figures are made of: elements, planes with axes, pixels, sliders, choices.
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
const newId = () => `movable-${++count}`

// -------------------------------------------------------------------------------- numbers

/** A number with some decimals, its minus sign as long as a plus. */
export const fixed = (value, digits) => {
  const text = value.toFixed(digits)
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−")
}

const RAISED = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"

/** A number of any size: near 1 with decimals, else as a power of ten. */
export const short = (value, digits = 2) => {
  if (value === 0) return "0"
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞"
  if (Math.abs(value) >= 0.001 && Math.abs(value) < 10000) {
    return String(Number(value.toPrecision(digits))).replace("-", "−")
  }
  const [factor, power] = value.toExponential(digits - 1).split("e")
  const raised = power.replace("+", "").replace(/./g, sign => RAISED["-0123456789".indexOf(sign)])
  return `${factor.replace("-", "−")}\u00a0×\u00a010${raised}`
}

/** A power of ten for a logarithmic axis: its value and its text. */
export const power = exponent =>
  [10 ** exponent, short(10 ** exponent, 1).replace("1\u00a0×\u00a0", "")]

/** Numbers from one to another, both included. */
export const range = (from, to, steps) =>
  Array.from({ length: steps + 1 }, (_, i) => from + (to - from) * i / steps)

// --------------------------------------------------------------------------------- planes

/**
 * A plane with axes, in units of its own.
 *
 * One unit of the SVG is about a pixel, so that its text is as large as that of the other figures.
 */
export class Plane {
  /**
   * @param {object} options
   * @param {string} options.label  What it shows, for someone who cannot see it.
   * @param {number} options.width  Of the SVG.
   * @param {number} [options.height]  Without it, both axes have the same unit.
   * @param {number[]} options.x  The ends of the horizontal axis.
   * @param {number[]} options.y
   * @param {Array} options.xTicks  Numbers, or pairs of a number and its text.
   * @param {Array} options.yTicks
   * @param {string} options.xName
   * @param {string} options.yName
   * @param {boolean} [options.logX]  Whether the axis is logarithmic.
   * @param {boolean} [options.logY]
   * @param {number} [options.left]  Room for the numbers of the vertical axis.
   */
  constructor({ label, width, height, x, y, xTicks, yTicks, xName, yName, logX, logY, left = 40 }) {
    const [top, right, bottom] = [10, 10, 38]
    const inner = width - left - right
    height ??= top + bottom + inner * (y[1] - y[0]) / (x[1] - x[0])
    const axis = (ends, start, end, isLog) => {
      const scale = isLog ? Math.log10 : value => value
      const [low, high] = ends.map(scale)
      const unit = (end - start) / (high - low)
      const back = place => low + (place - start) / unit
      return [value => start + (scale(value) - low) * unit, isLog ? p => 10 ** back(p) : back]
    };
    [this.X, this.backX] = axis(x, left, left + inner, logX);
    [this.Y, this.backY] = axis(y, height - bottom, top, logY)
    const clip = newId()
    this.content = svg("g", { "clip-path": `url(#${clip})` })
    this.marks = svg("g")
    const frame = { x: left, y: top, width: inner, height: height - top - bottom }
    this.element = picture(`0 0 ${width} ${height}`, label,
      svg("clipPath", { id: clip }, svg("rect", frame)),
      ...pairs(xTicks).map(([value, text]) => svg("g", { class: "tick" },
        svg("line", { x1: this.X(value), x2: this.X(value), y1: top, y2: height - bottom }),
        svg("text", { x: this.X(value), y: height - bottom + 15, "text-anchor": "middle" }, text))),
      ...pairs(yTicks).map(([value, text]) => svg("g", { class: "tick" },
        svg("line", { x1: left, x2: left + inner, y1: this.Y(value), y2: this.Y(value) }),
        svg("text", { x: left - 6, y: this.Y(value) + 4, "text-anchor": "end" }, text))),
      svg("text", { x: left + inner / 2, y: height - 5, "text-anchor": "middle" }, xName),
      // A symbol stands upright.
      svg("text", {
        transform: `translate(11 ${top + frame.height / 2}) rotate(${yName.length > 2 ? -90 : 0})`,
        "text-anchor": "middle",
      }, yName),
      svg("rect", { ...frame, class: "frame" }),
      this.content, this.marks)
  }

  /** Replace what is drawn: `content` ends at the frame, `marks` may reach over it. */
  draw(content, marks = []) {
    this.content.replaceChildren(...content)
    this.marks.replaceChildren(...marks)
  }

  /** A line through points, each a pair; it is broken where one is not finite. */
  line(points, className, attributes = {}) {
    // Far outside the frame a browser's arithmetic ends; the line still points there.
    const near = place => Math.max(-1e5, Math.min(1e5, place)).toFixed(2)
    let command = "M"
    const d = points.map(([x, y]) => {
      const [X, Y] = [this.X(x), this.Y(y)]
      if (Number.isNaN(X) || !(Math.abs(Y) < Infinity)) {
        command = "M"
        return ""
      }
      const piece = `${command}${near(X)} ${near(Y)}`
      command = "L"
      return piece
    })
    return svg("path", { d: d.join(""), class: `line ${className}`, ...attributes })
  }

  /** A round mark at a point. */
  dot([x, y], r, className) {
    return svg("circle", { cx: this.X(x), cy: this.Y(y), r, class: className })
  }

  /** A square mark at a point. */
  square([x, y], side, className) {
    const [left, top] = [this.X(x) - side / 2, this.Y(y) - side / 2]
    return svg("rect", { x: left, y: top, width: side, height: side, class: className })
  }

  /** The point under a pointer. */
  under(event) {
    const place = new DOMPoint(event.clientX, event.clientY)
      .matrixTransform(this.element.getScreenCTM().inverse())
    return [this.backX(place.x), this.backY(place.y)]
  }
}

const pairs = ticks => ticks.map(tick => Array.isArray(tick) ? tick : [tick, fixed(tick, 0)])

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

/** Whether a figure has the width of a phone: drawings stand below one another there. */
export const isNarrow = box => box.clientWidth < 500

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
