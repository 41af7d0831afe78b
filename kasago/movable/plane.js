/** Planes with axes, and the numbers on them: what most figures draw on. */

import { clamp, fixed, newId, picture, svg, under } from "./parts.js"

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

/** Whether a figure has the width of a phone: drawings stand below one another there. */
export const isNarrow = box => box.clientWidth < 500

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
    const near = place => clamp(place, -1e5, 1e5).toFixed(2)
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
    const [x, y] = under(this.element, event)
    return [this.backX(x), this.backY(y)]
  }
}

const pairs = ticks => ticks.map(tick => Array.isArray(tick) ? tick : [tick, fixed(tick, 0)])
