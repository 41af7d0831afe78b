/** A descent on a bowl or in a valley: its start, its rate, its momentum. */

import { choice, figure, fixed, hold, panel, slider, svg, words } from "../parts.js"
import { Plane, isNarrow, power, range, short } from "../plane.js"

const TEXT = words({
  en: {
    name: "A descent, to be moved",
    plane: "Lines of equal height around the lowest point, and the path of the descent from its "
      + "start; a thin path with squares is the one without momentum",
    heights: "The height at each step, on a logarithmic axis",
    surface: "Surface", bowl: "bowl", valley: "valley", rate: "rate η", momentum: "momentum α",
    x0: "start x₀", x1: "start x₁", step: "step", height: "height",
    says: (height, length) => `After 20 steps the height is ${height}; the path is ${length} long.`,
  },
  ja: {
    name: "動かせる図: 勾配降下法",
    plane: "最も低い点を囲む等高線と、出発点からの経路。細い線と四角はモーメンタムなしの場合",
    heights: "一歩ごとの高さ（対数軸）",
    surface: "曲面", bowl: "お椀", valley: "谷", rate: "学習率 η", momentum: "モーメンタム α",
    x0: "出発点 x₀", x1: "出発点 x₁", step: "歩", height: "高さ",
    says: (height, length) => `20歩後の高さは${height}、経路の長さは${length}です。`,
  },
})

export const SURFACES = {
  bowl: ([x0, x1]) => x0 * x0 + x1 * x1,
  valley: ([x0, x1]) => x0 * x0 / 20 + x1 * x1,
}
/** How much wider a line of equal height is than high. */
const WIDER = { bowl: 1, valley: Math.sqrt(20) }
const STEPS = 20

/** The gradient as `numerical_gradient` computes it: central differences, one variable each. */
export const numericalGradient = (f, x, h = 1e-4) => x.map((value, i) => {
  const at = moved => f(x.map((other, k) => k === i ? moved : other))
  return (at(value + h) - at(value - h)) / (2 * h)
})

/** The points of a descent with `Momentum`; a momentum of 0 is gradient descent. */
export function descend(f, start, lr, momentum, steps) {
  let [x, v] = [start, start.map(() => 0)]
  const path = [x]
  for (let step = 0; step < steps; step++) {
    const grad = numericalGradient(f, x)
    v = v.map((speed, i) => momentum * speed - lr * grad[i])
    x = x.map((value, i) => value + v[i])
    path.push(x)
  }
  return path
}

export default function descent(box) {
  const plane = new Plane({
    label: TEXT.plane, width: isNarrow(box) ? 330 : 660, x: [-8, 8], y: [-3.2, 3.2],
    xTicks: [-8, -4, 0, 4, 8], yTicks: [-2, 0, 2], xName: "x₀", yName: "x₁", left: 44,
  })
  const chart = new Plane({
    label: TEXT.heights, width: 330, height: isNarrow(box) ? 190 : 230, x: [0, STEPS],
    y: [1e-7, 1e3], logY: true, xTicks: [0, 5, 10, 15, 20],
    yTicks: [power(-6), power(-4), [0.01, "0.01"], [1, "1"], [100, "100"]],
    xName: TEXT.step, yName: TEXT.height, left: 52,
  })
  const refresh = () => redraw()
  const surface = choice({
    name: TEXT.surface, value: "valley",
    options: [["bowl", TEXT.bowl], ["valley", TEXT.valley]],
  }, refresh)
  const two = value => fixed(value, 2)
  const rate = slider(
    { name: TEXT.rate, min: 0, max: 1.1, step: 0.01, value: 0.95, show: two }, refresh)
  const momentum = slider(
    { name: TEXT.momentum, min: 0, max: 0.99, step: 0.01, value: 0.5, show: two }, refresh)
  const one = value => fixed(value, 1)
  const start = [
    slider({ name: TEXT.x0, min: -8, max: 8, step: 0.1, value: -7, show: one }, refresh),
    slider({ name: TEXT.x1, min: -3.2, max: 3.2, step: 0.1, value: 2, show: one }, refresh),
  ]

  function draw() {
    const f = SURFACES[surface.value]
    const from = start.map(each => each.value)
    const paths = [[0, "c thin"], [momentum.value, "b"]]
      .slice(momentum.value ? 0 : 1)
      .map(([alpha, look]) => [descend(f, from, rate.value, alpha, STEPS), look])
    const [path] = paths.at(-1)
    plane.draw([
      ...contours(),
      ...paths.flatMap(([points, look]) => [
        plane.line(points, look), ...points.map(point => mark(plane, point, look))]),
      plane.dot([0, 0], 2.5, "fill ink"),
    ])
    for (const part of handle.children) {
      part.setAttribute("cx", plane.X(from[0]))
      part.setAttribute("cy", plane.Y(from[1]))
    }
    chart.draw(paths.flatMap(([points, look]) => {
      // The bottom itself, height 0, has no place on a logarithmic axis.
      const heights = points.map((point, step) => [step, Math.max(f(point), 1e-300)])
      return [chart.line(heights, look), ...heights.map(at => mark(chart, at, look))]
    }))
    const length = path.slice(1)
      .reduce((sum, point, i) => sum + Math.hypot(point[0] - path[i][0], point[1] - path[i][1]), 0)
    return TEXT.says(short(f(path.at(-1))), short(length, 3))
  }

  /** Without momentum squares, so that no colour is needed to tell one path from the other. */
  const mark = (where, point, look) => look === "b"
    ? where.dot(point, 3, "fill b") : where.square(point, 5, "fill c")

  /** Ellipses of equal height, equally far apart: the heights grow as their squares. */
  function contours() {
    const unit = plane.X(1) - plane.X(0)
    const wider = WIDER[surface.value]
    const [apart, number] = wider === 1 ? [0.8, 11] : [0.4, 10]
    return range(1, number, number - 1).map(step => step * apart).map(radius => svg("ellipse", {
      cx: plane.X(0), cy: plane.Y(0), rx: radius * wider * unit, ry: radius * unit,
      class: "line a faint",
    }))
  }

  // The start has a place of its own above what is drawn anew, so that a finger keeps hold of it.
  // The sliders below do the same by keyboard.
  const handle = svg("g", { class: "handle", "aria-hidden": "true" },
    svg("circle", { r: 20, class: "grip" }), svg("circle", { r: 7, class: "fill ink" }))
  plane.element.append(handle)
  const moveTo = event => {
    plane.under(event).forEach((value, i) => { start[i].place = value })
    refresh()
  }
  hold(handle, () => {}, moveTo)
  plane.element.addEventListener("click", event => {
    if (!handle.contains(event.target)) moveTo(event)
  })

  const redraw = figure(box, {
    name: TEXT.name, drawings: [plane.element, chart.element],
    controls: [surface.element, panel([rate, momentum, ...start])],
    movers: [surface, rate, momentum, ...start], draw, layout: "wide",
  })
}
