/** Three scores, the probabilities that softmax makes of them, and the loss. */

import { choice, figure, fixed, panel, slider, svg, table, words } from "../parts.js"
import { Plane, isNarrow, range } from "../plane.js"

const TEXT = words({
  en: {
    name: "Scores, probabilities and the loss, to be moved",
    bars: "The probability of each class as a bar, the right class marked; an arrow at each bar "
      + "leads from the probability to the target, the way that a step of descent moves the score",
    curve: "The loss against the probability of the right class, with a dot at its value",
    right: "Right class", head: ["k", "score a", "y", "y − t"], score: k => `score a${k}`,
    probability: "probability y", ofRight: "probability of the right class", loss: "loss",
    says: (y, loss) => `The right class has the probability ${y}; the loss is ${loss}.`,
  },
  ja: {
    name: "動かせる図: スコアと確率と損失",
    bars: "各クラスの確率の棒グラフ。正解のクラスに印がある。棒の横の矢印は確率から正解の値へ向かい、勾配降下法の一歩でスコアが動く向きを示す",
    curve: "正解のクラスの確率に対する損失の曲線と、現在の値の点",
    right: "正解のクラス", head: ["k", "スコア a", "y", "y − t"], score: k => `スコア a${k}`,
    probability: "確率 y", ofRight: "正解のクラスの確率", loss: "損失",
    says: (y, loss) => `正解のクラスの確率は${y}、損失は${loss}です。`,
  },
})

/** The probabilities of scores; the largest is subtracted first, so that nothing overflows. */
export function softmax(a) {
  const largest = Math.max(...a)
  const exp = a.map(score => Math.exp(score - largest))
  const sum = exp.reduce((total, value) => total + value, 0)
  return exp.map(value => value / sum)
}

/** The cross entropy of the right class, from the scores, as `softmax_loss` computes it. */
export function softmaxLoss(a, right) {
  const largest = Math.max(...a)
  const sum = a.reduce((total, score) => total + Math.exp(score - largest), 0)
  return Math.log(sum) + largest - a[right]
}

const CLASSES = [0, 1, 2]
const HIGHEST = 6

export default function softmaxFigure(box) {
  const size = { width: 330, height: isNarrow(box) ? 190 : 250 }
  const bars = new Plane({
    ...size, label: TEXT.bars, x: [-0.5, 2.5], y: [0, 1.0],
    xTicks: CLASSES.map(k => [k, `k = ${k + 1}`]), yTicks: [[0, "0"], [0.5, "0.5"], [1, "1"]],
    xName: "", yName: TEXT.probability, left: 46,
  })
  const curve = new Plane({
    ...size, label: TEXT.curve, x: [0, 1], y: [0, HIGHEST],
    xTicks: [[0, "0"], [0.5, "0.5"], [1, "1"]], yTicks: [0, 2, 4, 6], xName: TEXT.ofRight,
    yName: TEXT.loss,
  })
  const numbers = table(TEXT.head)
  const refresh = () => redraw()
  const right = choice({
    name: TEXT.right, value: "1", options: CLASSES.map(k => [String(k), String(k + 1)]),
  }, refresh)
  const sliders = [0.3, 2.9, 4].map((value, k) => slider({
    name: TEXT.score("₁₂₃"[k]), min: -6, max: 6, step: 0.1, value, show: a => fixed(a, 1),
  }, refresh))

  function draw() {
    const a = sliders.map(each => each.value)
    const t = Number(right.value)
    const [y, loss] = [softmax(a), softmaxLoss(a, t)]
    const error = y.map((value, k) => value - Number(k === t))
    bars.draw(
      [bar(t, 1, "c target"), ...CLASSES.map(k => bar(k, y[k], k === t ? "fill c" : "fill a"))],
      [
        ...CLASSES.flatMap(k => push(k, y[k], Number(k === t))),
      ])
    curve.draw([
      curve.line(range(-HIGHEST - 1, 0, 140).map(log => [Math.exp(log), -log]), "a"),
      curve.line([[y[t], 0], [y[t], Math.min(loss, HIGHEST)]], "ink thin"),
    ], [curve.dot([y[t], Math.min(loss, HIGHEST)], 6, "fill c")])
    numbers.fill(CLASSES.map(k =>
      [k + 1, fixed(a[k], 1), fixed(y[k], 3), fixed(error[k], 3)]))
    return TEXT.says(fixed(y[t], 3), fixed(loss, 3))
  }

  const bar = (k, y, look) => svg("rect", {
    x: bars.X(k - 0.3), width: bars.X(0.6) - bars.X(0), y: bars.Y(y),
    height: bars.Y(0) - bars.Y(y), class: look,
  })

  /** An arrow from what was answered to what was right: its length is the derivative's. */
  function push(k, y, t) {
    const [x, from, to] = [bars.X(k + 0.38), bars.Y(y), bars.Y(t)]
    if (Math.abs(to - from) < 1.5) return []
    const neck = to + Math.sign(from - to) * Math.min(7, Math.abs(from - to))
    return [
      svg("path", { d: `M${x} ${from}L${x} ${to}`, class: "line b" }),
      svg("path", { d: `M${x} ${to}L${x - 4} ${neck}L${x + 4} ${neck}Z`, class: "fill b" }),
    ]
  }

  const redraw = figure(box, {
    name: TEXT.name, drawings: [bars.element, curve.element],
    controls: [right.element, panel(sliders), numbers.element], movers: [right, ...sliders],
    draw, layout: "two",
  })
}
