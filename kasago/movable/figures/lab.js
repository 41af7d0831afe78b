/** A network that is trained on the page: by the package itself, in the worker of the snippets. */

import { button, choice, figure, fixed, html, key, panel, slider, table, words } from "../parts.js"
import { Plane, isNarrow, short } from "../plane.js"

const TEXT = words({
  en: {
    name: "A network that is trained here, with settings to be changed",
    losses: "The loss of each batch against the step, and its mean over twenty steps",
    accuracies: "The accuracy on held-out digits against the step",
    hidden: "Hidden units", rate: "Learning rate", batch: "Batch size", activation: "Activation",
    optimizer: "Optimizer", sigmoid: "sigmoid", step: "step", loss: "loss",
    accuracy: "accuracy", head: ["", "loss", "accuracy"], start: "Start", stop: "Stop",
    settings: s => `${s.hidden_size}\u00a0${s.activation}, ${s.optimizer}\u00a0${s.lr}, `
      + `batch\u00a0${s.batch_size}`,
    none: "Not trained yet.", training: "Training.",
    steps: (step, all) => `step ${step} of ${all}`,
    done: (step, right, loss) => `After ${step} steps: accuracy ${right}, loss ${loss}.`,
    stopped: (step, right, loss) => `Stopped after ${step} steps: accuracy ${right}, loss ${loss}.`,
  },
  ja: {
    name: "設定を変えて学習させるネットワーク",
    losses: "ステップごとのミニバッチの損失と、その20ステップの平均",
    accuracies: "ステップに対する、学習に使わない数字での正解率",
    hidden: "隠れ層のユニット", rate: "学習率", batch: "バッチサイズ", activation: "活性化関数",
    optimizer: "最適化手法", sigmoid: "シグモイド", step: "ステップ", loss: "損失",
    accuracy: "正解率", head: ["", "損失", "正解率"], start: "開始", stop: "停止",
    settings: s => `${s.hidden_size}\u00a0${s.activation}、${s.optimizer}\u00a0${s.lr}、`
      + `バッチ\u2060${s.batch_size}`,
    none: "まだ学習していません。", training: "学習中です。",
    steps: (step, all) => `${all}ステップ中${step}`,
    done: (step, right, loss) => `${step}ステップ後の正解率は${right}、損失は${loss}です。`,
    stopped: (step, right, loss) =>
      `${step}ステップで停止しました。正解率は${right}、損失は${loss}です。`,
  },
})

// As in lab.py.
const STEPS = 600
const SMOOTH = 20

const SIZES = [5, 10, 20, 50, 100, 200]
const RATES = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3]
const BATCHES = [10, 20, 50, 100, 200]
const NAMES = { relu: "ReLU", sigmoid: TEXT.sigmoid }

/** The mean of the last losses up to each. */
export const smooth = losses => losses.map((_, i) => {
  const last = losses.slice(Math.max(0, i - SMOOTH + 1), i + 1)
  return last.reduce((sum, loss) => sum + loss, 0) / last.length
})

/** What the worker is told to run. */
export const codeOf = settings =>
  `from kasago.movable.lab import tell\ntell(${Object.entries(settings)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(", ")})\n`

/** A training, as the worker tells of it: what live.js asks of a job, and the curves so far. */
class Training {
  constructor(live, settings, changed) {
    Object.assign(this, { live, settings, changed })
    this.text = codeOf(settings)
    this.losses = []
    this.accuracies = [] // pairs of a step and a value
    this.rest = ""
    this.says = this.clock = ""
    this.runs = true
  }

  begin() { this.changed() }

  state(name) {
    this.clock = ""
    if (name === "loading") this.says = this.live.say(name, this.live.say("megabytes"))
    else this.says = name === "running" ? TEXT.training : this.live.say(name)
    this.runs = name === "loading" || name === "running"
    this.changed()
  }

  progress(share) {
    if (share < 1) this.clock = `${Math.floor(100 * share)}%`
    else [this.says, this.clock] = [this.live.say("starting"), ""]
    this.changed()
  }

  receive(kind, text) {
    if (kind !== "stdout") return // a warning; of an error `state` tells
    const lines = (this.rest + text).split("\n")
    this.rest = lines.pop()
    for (const [loss, accuracy] of lines.map(line => line.split(" "))) {
      if (accuracy) this.accuracies.push([this.losses.length, Number(accuracy)])
      if (loss) this.losses.push(Number(loss))
    }
    this.clock = TEXT.steps(this.losses.length, STEPS)
    this.changed()
  }

  end(error) {
    if (error) this.state("failed")
    else this.finish(TEXT.done)
  }

  stopped() {
    if (this.losses.length) this.finish(TEXT.stopped)
    else this.state("stopped")
  }

  finish(words) {
    this.runs = false
    this.clock = ""
    this.says = words(this.losses.length, this.right, this.loss)
    this.changed()
  }

  get loss() { return shown(smooth(this.losses).at(-1)) }
  get right() { return this.accuracies.length ? fixed(this.accuracies.at(-1)[1], 3) : "" }
}

const shown = loss => loss === undefined ? "" : Number.isNaN(loss) ? "NaN" : short(loss)

/** What runs the snippets of the page, once it has had the time to come. */
async function liveOfPage() {
  const script = document.querySelector("script[data-words][src$='live.js']")
  if (script && !script.live && document.readyState !== "complete") {
    await new Promise(loaded => addEventListener("load", loaded, { once: true }))
  }
  if (!script?.live) throw new Error("nothing runs Python on this page")
  return script.live
}

export default async function lab(box) {
  const live = await liveOfPage()
  const size = { width: 330, height: isNarrow(box) ? 190 : 230, left: 44 }
  const x = { x: [0, STEPS], xTicks: [0, 200, 400, 600], xName: TEXT.step }
  const losses = new Plane({
    ...size, ...x, label: TEXT.losses, y: [0, 2.5], yTicks: [0, 1, 2], yName: TEXT.loss,
  })
  const accuracies = new Plane({
    ...size, ...x, label: TEXT.accuracies, y: [0, 1],
    yTicks: [[0, "0"], [0.5, "0.5"], [0.8, "0.8"], [1, "1"]], yName: TEXT.accuracy,
  })
  const runs = table(TEXT.head)
  let now
  let before // the training that it is compared with

  const refresh = () => redraw()
  const among = (name, values, value) => slider({
    name, min: 0, max: values.length - 1, step: 1, value: values.indexOf(value),
    read: i => values[i],
  }, refresh)
  const sliders = {
    hidden_size: among(TEXT.hidden, SIZES, 50),
    lr: among(TEXT.rate, RATES, 0.1),
    batch_size: among(TEXT.batch, BATCHES, 100),
  }
  const choices = {
    activation: choice({
      name: TEXT.activation, value: "relu", options: Object.entries(NAMES),
    }, refresh),
    optimizer: choice({
      name: TEXT.optimizer, value: "SGD",
      options: ["SGD", "Momentum", "AdaGrad", "Adam"].map(name => [name, name]),
    }, refresh),
  }
  const movers = { ...sliders, ...choices }

  // One button: what is pressed keeps the focus.
  const start = button(TEXT.start, () => {
    if (now?.runs) return live.stop(now)
    if (now?.losses.length) before = now
    const settings = Object.entries(movers).map(([name, { value }]) => [name, value])
    now = new Training(live, Object.fromEntries(settings), soon)
    live.run(now)
  })
  const clock = html("span", { class: "value", "aria-hidden": "true" })

  let waits = false
  /** Draw at the next frame, however many steps come until then. */
  function soon() {
    if (!waits) requestAnimationFrame(() => { waits = false; refresh() })
    waits = true
  }

  function draw() {
    const all = [[before, "before"], [now, "b"]].filter(([run]) => run)
    losses.draw(all.flatMap(([{ losses: each }, look]) => [
      ...look === "b" ? [losses.line(each.map((loss, i) => [i, loss]), "b faint")] : [],
      losses.line(smooth(each).map((loss, i) => [i, loss]), look),
    ]))
    accuracies.draw(all.map(([run, look]) => accuracies.line(run.accuracies, look)))
    runs.fill(all.reverse().map(([run, look]) => [
      key(look, TEXT.settings({ ...run.settings, activation: NAMES[run.settings.activation] })),
      run.loss, run.right,
    ]))
    start.textContent = now?.runs ? TEXT.stop : TEXT.start
    clock.textContent = now?.clock ?? ""
    return now?.says ?? TEXT.none
  }

  const redraw = figure(box, {
    name: TEXT.name, drawings: [losses.element, accuracies.element],
    controls: [
      choices.activation.element, choices.optimizer.element, panel(Object.values(sliders)),
      html("div", { class: "buttons" }, start, clock), runs.element,
    ],
    movers: Object.values(movers), draw, layout: "two",
  })
}
