/** The line of a perceptron: two weights, a bias, and the four points of a gate. */

import { choice, figure, fixed, panel, slider, svg, table, words } from "../parts.js"
import { Plane } from "../plane.js"

export const POINTS = [[0, 0], [1, 0], [0, 1], [1, 1]]
export const GATES = { AND: [0, 0, 0, 1], NAND: [1, 1, 1, 0], OR: [0, 1, 1, 1], XOR: [0, 1, 1, 0] }
const [LOW, HIGH] = [-0.5, 1.5]

const TEXT = words({
  en: {
    name: "The line of a perceptron, to be moved",
    plane: "The plane of both inputs: the half where the perceptron answers 1 is shaded; filled "
      + "squares should be 1, open circles 0; a ring is around each wrong answer",
    gate: "Gate", head: ["x₁, x₂", "sum", "answer", "right"],
    says: right => right === 4 ? "All 4 answers are right." : `${right} of 4 answers are right.`,
  },
  ja: {
    name: "動かせる図: パーセプトロンの直線",
    plane: "二つの入力の平面。パーセプトロンが1と答える側に色が付いている。塗りつぶした四角は1、"
      + "白抜きの丸は0になるべき点。間違った答えは輪で囲む",
    gate: "ゲート", head: ["x₁, x₂", "和", "答え", "正解"],
    says: right => right === 4 ? "4つの答えがすべて合っています。" : `4つのうち${right}つの答えが合っています。`,
  },
})

/** The weighted sum of a point. */
export const sum = ([w1, w2], b, [x1, x2]) => x1 * w1 + x2 * w2 + b

/** What the perceptron answers: the step function of the sum. */
export const answer = (w, b, x) => Number(sum(w, b, x) > 0)

/** The part of the frame where the sum is positive, and the two ends of the line. */
export function halves(w, b) {
  const corners = [[LOW, LOW], [HIGH, LOW], [HIGH, HIGH], [LOW, HIGH]]
  const [region, border] = [[], []]
  corners.forEach((from, i) => {
    const to = corners[(i + 1) % 4]
    const [here, there] = [sum(w, b, from), sum(w, b, to)]
    if (here > 0) region.push(from)
    if (here > 0 !== there > 0) {
      const share = here / (here - there)
      const crossing = from.map((start, k) => start + share * (to[k] - start))
      region.push(crossing)
      border.push(crossing)
    }
  })
  return { region, border }
}

export default function perceptron(box) {
  const plane = new Plane({
    label: TEXT.plane, width: 320, x: [LOW, HIGH], y: [LOW, HIGH], xTicks: [0, 1], yTicks: [0, 1],
    xName: "x₁", yName: "x₂", left: 34,
  })
  const numbers = table(TEXT.head)
  const refresh = () => redraw()
  const number = { min: -2, max: 2, step: 0.125, show: value => fixed(value, 3) }
  const gate = choice({
    name: TEXT.gate, value: "AND", options: Object.keys(GATES).map(name => [name, name]),
  }, refresh)
  const sliders = [["w₁", 1], ["w₂", 1], ["b", -0.5]]
    .map(([name, value]) => slider({ ...number, name, value }, refresh))

  function draw() {
    const [w1, w2, b] = sliders.map(each => each.value)
    const [w, t] = [[w1, w2], GATES[gate.value]]
    const answers = POINTS.map(point => answer(w, b, point))
    const { region, border } = halves(w, b)
    plane.draw(
      [plane.line(region, "shade a"), plane.line(border, "a")],
      [...arrow(w, b), ...POINTS.flatMap((point, i) => [
        ...t[i] ? [plane.square(point, 12, "fill b")] : [plane.dot(point, 6.5, "open")],
        ...answers[i] === t[i] ? [] : [plane.dot(point, 14, "wrong")],
      ])])
    numbers.fill(POINTS.map((point, i) => [
      point.join(", "), fixed(sum(w, b, point), 3), answers[i], answers[i] === t[i] ? "✓" : "✗",
    ]))
    return TEXT.says(answers.filter((y, i) => y === t[i]).length)
  }

  /** The weights as an arrow: it stands on the line, and points to the side of the 1. */
  function arrow(w, b) {
    const length = Math.hypot(...w)
    if (!length) return []
    const off = sum(w, b, [0.5, 0.5]) / length ** 2
    const foot = w.map(part => 0.5 - off * part)
    if (foot.some(part => part < LOW || part > HIGH)) return []
    const [x, y] = [plane.X(foot[0]), plane.Y(foot[1])]
    const [dx, dy] = [w[0] * 24, -w[1] * 24]
    const [ux, uy] = [dx / Math.hypot(dx, dy), dy / Math.hypot(dx, dy)]
    const head = [-1, 1].map(side =>
      `${x + dx - 7 * ux + side * 4 * uy} ${y + dy - 7 * uy - side * 4 * ux}`)
    return [
      svg("path", { d: `M${x} ${y}L${x + dx} ${y + dy}`, class: "line a" }),
      svg("path", { d: `M${x + dx} ${y + dy}L${head.join("L")}Z`, class: "fill a" }),
      svg("text", { x: x + dx + 9 * ux - 3, y: y + dy + 12 * uy + 5 }, "w"),
    ]
  }

  const redraw = figure(box, {
    name: TEXT.name, drawings: [plane.element],
    controls: [gate.element, panel(sliders), numbers.element], movers: [gate, ...sliders], draw,
  })
}
