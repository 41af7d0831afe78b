/** The tangent of a cube, the secants of both differences, and their errors against the step h. */

import { figure, fixed, key, panel, slider, table, words } from "../parts.js"
import { Plane, isNarrow, power, range, short } from "../plane.js"

const TEXT = words({
  en: {
    name: "A tangent and its step h, to be moved",
    curve: "The curve x³, the tangent at one point, and the lines through the two points of the "
      + "forward and of the central difference",
    errors: "The errors of both differences against the step h, on logarithmic axes, with dots at "
      + "the step that is chosen",
    head: ["", "slope", "error"], forward: "forward", central: "central", tangent: "tangent",
    step: "step h", error: "error",
    says: (h, forward, central) =>
      `At h = ${h} the forward difference is off by ${forward}, the central one by ${central}.`,
  },
  ja: {
    name: "動かせる図: 接線と刻み幅h",
    curve: "曲線x³と、1点での接線、前方差分の2点を通る直線、中心差分の2点を通る直線",
    errors: "刻み幅hに対する二つの差分の誤差（両対数）。選んだ刻み幅のところに点がある",
    head: ["", "傾き", "誤差"], forward: "前方差分", central: "中心差分", tangent: "接線",
    step: "刻み幅 h", error: "誤差",
    says: (h, forward, central) =>
      `h = ${h} のとき、前方差分の誤差は ${forward}、中心差分の誤差は ${central} です。`,
  },
})

export const f = x => x * x * x
const slope = x => 3 * x * x

/** The forward difference. */
export const forwardDifference = (x, h) => (f(x + h) - f(x)) / h

/** The central difference, as `numerical_diff` computes it. */
export const centralDifference = (x, h) => (f(x + h) - f(x - h)) / (2 * h)

const [LOW, HIGH] = [-0.6, 2.2]

export default function tangent(box) {
  const size = { width: 330, height: isNarrow(box) ? 220 : 280 }
  const curve = new Plane({
    ...size, label: TEXT.curve, x: [LOW, HIGH], y: [-2, 9],
    xTicks: [0, 1, 2], yTicks: [0, 2, 4, 6, 8], xName: "x", yName: "x³",
  })
  const errors = new Plane({
    ...size, label: TEXT.errors, x: [1e-15, 1], y: [1e-13, 10], logX: true,
    logY: true, xTicks: [-12, -8, -4].map(power).concat([[1, "1"]]),
    yTicks: [-12, -8, -4].map(power).concat([[1, "1"]]), xName: TEXT.step, yName: TEXT.error,
    left: 52,
  })
  const steps = range(-15, 0, 150).map(exponent => 10 ** exponent)
  const numbers = table(TEXT.head)
  const refresh = () => redraw()
  const sliders = [
    slider({
      name: "h", min: -15, max: 0, step: 0.1, value: -0.3, show: short,
      // Rounded to what is shown: the numbers of the table are those of this very step.
      read: exponent => Number((10 ** exponent).toPrecision(2)),
    }, refresh),
    slider({
      name: "x", min: -0.5, max: 1.2, step: 0.1, value: 1, show: x => fixed(x, 1),
    }, refresh),
  ]

  function draw() {
    const [h, x] = sliders.map(each => each.value)
    const through = m => [LOW, HIGH].map(t => [t, f(x) + m * (t - x)])
    const central = centralDifference(x, h)
    const forward = forwardDifference(x, h)
    // The line through both points of the central difference does not pass the point between them.
    const middle = (f(x - h) + f(x + h)) / 2
    curve.draw([
      curve.line(range(LOW, HIGH, 120).map(t => [t, f(t)]), "ink"),
      curve.line(through(slope(x)), "ink dashed"),
      curve.line([LOW, HIGH].map(t => [t, middle + central * (t - x)]), "a"),
      curve.line(through(forward), "b long"),
    ], [
      curve.dot([x - h, f(x - h)], 4.5, "fill a"), curve.dot([x + h, f(x + h)], 4.5, "fill a"),
      curve.dot([x + h, f(x + h)], 2.2, "fill b"), curve.dot([x, f(x)], 4.5, "fill ink"),
    ])
    const both = [["b long", forwardDifference], ["a", centralDifference]]
    const error = (difference, step) => Math.abs(difference(x, step) - slope(x))
    errors.draw([
      errors.line([[h, 1e-13], [h, 10]], "ink thin"),
      // No error at all has no place on a logarithmic axis.
      ...both.map(([colour, difference]) => errors.line(
        steps.map(step => [step, error(difference, step)]).filter(([, e]) => e > 0), colour)),
      ...both.map(([colour, difference]) =>
        errors.dot([h, Math.max(error(difference, h), 1e-13)], 5, `fill ${colour}`)),
    ])
    numbers.fill([
      [key("b long", TEXT.forward), fixed(forward, 6), short(error(forwardDifference, h))],
      [key("a", TEXT.central), fixed(central, 6), short(error(centralDifference, h))],
      [key("ink dashed", TEXT.tangent), fixed(slope(x), 6), ""],
    ])
    return TEXT.says(
      short(h), short(error(forwardDifference, h)), short(error(centralDifference, h)))
  }

  const redraw = figure(box, {
    name: TEXT.name, drawings: [curve.element, errors.element],
    controls: [panel(sliders), numbers.element], movers: sliders, draw, layout: "two",
  })
}
