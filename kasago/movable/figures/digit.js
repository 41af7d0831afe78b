/** A box in which the reader draws a digit, and what the trained network makes of it. */

import {
  button, clamp, figure, fixed, hold, html, named, picture, pixels, svg, under, words,
} from "../parts.js"

const TEXT = words({
  en: {
    name: "A box to draw a digit in, and the network's answer",
    draw: "Drawing area, 28 by 28 squares. Arrow keys move the pen, space puts it down and lifts "
      + "it, Backspace takes back the last stroke",
    seen: "The digit as the network sees it, 28 by 28 pixels",
    bars: "The ten probabilities, a bar each",
    yours: "draw here", net: "what the network sees", certainty: "its ten probabilities",
    undo: "Take back a stroke", clear: "Clear",
    empty: "Draw a digit with the mouse or a finger; or go to the box with Tab, move the pen with "
      + "the arrow keys, and put it down and lift it with space.",
    loading: "Loading the weights of the network, 90 kB, once.",
    failed: "The weights of the network could not be loaded.",
    pen: (row, column, down) => `Row ${row}, column ${column}, pen ${down ? "down" : "up"}. `,
    says: (digit, certainty) => `The network reads ${digit}, with a certainty of ${certainty}.`,
  },
  ja: {
    name: "数字を描く枠と、ネットワークの答え",
    draw: "28×28マスの描画領域。矢印キーでペンが動き、スペースキーでペンを下ろす・上げる、Backspaceで最後の線を取り消す",
    seen: "ネットワークに渡す28×28ピクセルの画像",
    bars: "10個の確率の棒グラフ",
    yours: "ここに描く", net: "ネットワークへの入力", certainty: "10個の確率",
    undo: "線を1本取り消す", clear: "消す",
    empty: "マウスか指で数字を描いてください。キーボードでは、Tabキーで枠に移り、矢印キーでペンを動かし、スペースキーでペンを下ろしたり上げたりします。",
    loading: "ネットワークの重みを読み込んでいます（90 kB、初回のみ）。",
    failed: "ネットワークの重みを読み込めませんでした。",
    pen: (row, column, down) => `${row}行${column}列、ペンは${down ? "下" : "上"}。`,
    says: (digit, certainty) => `ネットワークの答えは${digit}、確信度は${certainty}です。`,
  },
})

const SIZE = 28
/** MNIST scales a digit to a box of 20 by 20 pixels, with its centre of mass in the middle. */
const BOX = 20
/** Which is the middle of the pixel in row 14 and column 14. */
const MIDDLE = 14.5
/** Half of the width of a stroke: a drawing then has about as much ink as a digit of MNIST. */
const RADIUS = 1.3
/** The squares, and room for the line around them. */
const FRAME = `-0.2 -0.2 ${SIZE + 0.4} ${SIZE + 0.4}`
/** How fine a drawing is: samples along the side of a square. */
const FINE = 4

// ------------------------------------------------------------------------------- the network

/** The number that the 16 bits of a float16 stand for. */
export function half(bits) {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, bits >> 10 & 31, bits & 1023]
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -24 * fraction)
}

const SHAPE = [784, 50, 100, 10]

/** The layers of the network, from the bytes of weights.bin. */
export function layers(buffer) {
  const bytes = new DataView(buffer)
  const expected = 2 * SHAPE.slice(1).reduce((sum, n, i) => sum + (SHAPE[i] + 1) * n, 0)
  if (bytes.byteLength !== expected) {
    throw new Error(`weights.bin has ${bytes.byteLength} bytes in place of ${expected}`)
  }
  let at = 0
  const take = length => Float64Array.from({ length }, () => half(bytes.getUint16(2 * at++, true)))
  return SHAPE.slice(1).map((n, i) => ({ W: take(SHAPE[i] * n), b: take(n) }))
}

/** x W + b, for one image. */
function affine(x, { W, b }) {
  const out = Float64Array.from(b)
  x.forEach((value, i) => {
    if (value) for (let j = 0; j < b.length; j++) out[j] += value * W[i * b.length + j]
  })
  return out
}

/** The ten probabilities, as `ThreeLayerNet.predict` computes them. */
export function predict(net, x) {
  const sigmoid = a => a.map(value => 1 / (1 + Math.exp(-value)))
  const scores = affine(sigmoid(affine(sigmoid(affine(x, net[0])), net[1])), net[2])
  const largest = Math.max(...scores)
  const exp = scores.map(score => Math.exp(score - largest))
  const sum = exp.reduce((total, value) => total + value, 0)
  return [...exp.map(value => value / sum)]
}

// ------------------------------------------------------------------------------- the drawing

/**
 * Strokes as ink between 0 and 1, on a grid that is finer than the squares.
 *
 * @param {number[][][]} strokes  Points, in squares; a stroke of one point is a dot.
 */
export function inked(strokes) {
  const n = SIZE * FINE
  const ink = new Float64Array(n * n)
  for (const stroke of strokes) {
    for (let k = 0; k < Math.max(1, stroke.length - 1); k++) {
      const [[ax, ay], [bx, by]] = [stroke[k], stroke[k + 1] ?? stroke[k]]
      const [dx, dy] = [bx - ax, by - ay]
      const length = dx * dx + dy * dy || 1
      const ends = (a, b) => [Math.min(a, b) - RADIUS - 1, Math.max(a, b) + RADIUS + 1]
        .map(end => clamp(Math.floor(end * FINE), 0, n))
      const [left, right] = ends(ax, bx)
      const [top, bottom] = ends(ay, by)
      for (let r = top; r < bottom; r++) {
        for (let c = left; c < right; c++) {
          const [x, y] = [(c + 0.5) / FINE, (r + 0.5) / FINE]
          const along = clamp(((x - ax) * dx + (y - ay) * dy) / length, 0, 1)
          const distance = Math.hypot(x - ax - along * dx, y - ay - along * dy)
          const here = clamp((RADIUS - distance) * FINE + 0.5, 0, 1)
          ink[r * n + c] = Math.max(ink[r * n + c], here)
        }
      }
    }
  }
  return ink
}

/**
 * A drawing as a digit of MNIST: as large as its box, its centre of mass in the middle.
 *
 * A pixel is the mean of the ink on its square.
 *
 * @param {number[][][]} strokes  Points, in squares.
 * @returns {Float64Array} 784 numbers between 0 and 1; none but 0 if there is no stroke.
 */
export function centred(strokes) {
  const points = strokes.flat()
  const out = new Float64Array(SIZE * SIZE)
  if (!points.length) return out
  // The points are scaled, not the ink: so a small digit has no thicker strokes than a large one.
  const ends = [0, 1].map(i => {
    const along = points.map(point => point[i])
    return [Math.min(...along), Math.max(...along)]
  })
  const extent = Math.max(...ends.map(([low, high]) => high - low))
  // A dot stays a dot.
  const scale = extent > 2 ? (BOX - 2 * RADIUS) / extent : 1
  const scaled = strokes.map(stroke => stroke.map(point => point.map((value, i) =>
    SIZE / 2 + scale * (value - (ends[i][0] + ends[i][1]) / 2))))
  const ink = inked(scaled)
  const n = SIZE * FINE
  let [mass, x, y] = [0, 0, 0]
  ink.forEach((value, k) => {
    mass += value
    x += value * (k % n + 0.5) / FINE
    y += value * (Math.floor(k / n) + 0.5) / FINE
  })
  // The box stays within the picture.
  const room = (SIZE - BOX) / 2
  const shift = [x, y].map(sum => clamp(MIDDLE - sum / mass, -room, room))
  const moved = inked(scaled.map(stroke => stroke.map(point => point.map((v, i) => v + shift[i]))))
  moved.forEach((value, k) => {
    out[Math.floor(k / n / FINE) * SIZE + Math.floor(k % n / FINE)] += value / FINE ** 2
  })
  return out
}

// -------------------------------------------------------------------------------- the figure

export default function digit(box) {
  let strokes = []
  let net = null
  let state = TEXT.empty
  const pen = { x: 13, y: 6, down: false, shown: false }

  const drawn = svg("g")
  const cursor = svg("rect", { width: 1, height: 1, class: "pen" })
  const paper = () => svg("rect", { width: SIZE, height: SIZE, class: "cell" })
  const pad = svg("svg", {
    viewBox: FRAME, class: "pad", tabindex: 0, role: "application", "aria-label": TEXT.draw,
  }, paper(), drawn, cursor)
  const seen = svg("g")
  const preview = picture(FRAME, TEXT.seen, paper(), seen)
  preview.classList.add("grid")
  const bars = picture("0 0 190 190", TEXT.bars)

  /** Fetch the weights, at the first use and once. */
  async function load() {
    if (state !== TEXT.empty || net) return
    state = TEXT.loading
    refresh()
    try {
      const answer = await fetch(new URL("../weights.bin", import.meta.url))
      if (!answer.ok) throw new Error(answer.statusText)
      net = layers(await answer.arrayBuffer())
    } catch {
      state = TEXT.failed
    }
    refresh()
  }

  function draw() {
    drawn.replaceChildren(...strokes.map(stroke => {
      const places = stroke.map(point => point.map(v => v.toFixed(2)).join(" "))
      // A dot is a line as short as can be: without any length, it would have no ends.
      return svg("path", { d: `M${places.join("L")}h.001` })
    }))
    cursor.setAttribute("x", pen.x)
    cursor.setAttribute("y", pen.y)
    cursor.setAttribute("class", `pen ${pen.shown ? pen.down ? "down" : "up" : ""}`)
    const x = centred(strokes)
    seen.replaceChildren(...pixels(x, SIZE))
    const y = net && strokes.length ? predict(net, x) : Array(10).fill(0)
    const best = y.indexOf(Math.max(...y))
    const isRead = y[best] > 0
    bars.replaceChildren(...y.flatMap((value, k) => [
      svg("text", { x: 6, y: 19 * k + 14, class: isRead && k === best ? "b-text" : "" }, String(k)),
      ...[[120, "track"], [120 * value, k === best ? "fill b" : "fill a"]].map(([width, look]) =>
        svg("rect", { x: 22, y: 19 * k + 3, width, height: 13, class: look })),
      svg("text", { x: 148, y: 19 * k + 14 }, isRead ? fixed(value, 3) : ""),
    ]))
    const at = pen.shown ? TEXT.pen(pen.y + 1, pen.x + 1, pen.down) : ""
    if (isRead) return at + TEXT.says(best, fixed(y[best], 3))
    return net ? at + TEXT.empty : state
  }

  const place = event => under(pad, event).map(value => clamp(value, 0, SIZE))
  hold(pad, event => {
    load()
    pen.shown = pen.down = false
    strokes.push([place(event)])
    refresh()
  }, event => {
    // A screen shows fewer moves than a pen makes.
    const moves = event.getCoalescedEvents?.() ?? []
    strokes.at(-1).push(...(moves.length ? moves : [event]).map(place))
    refresh()
  })

  const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }
  pad.addEventListener("keydown", event => {
    if (event.ctrlKey || event.altKey || event.metaKey) return
    const move = MOVES[event.key]
    const here = () => [pen.x + 0.5, pen.y + 0.5]
    if (move) {
      pen.x = clamp(pen.x + move[0], 0, SIZE - 1)
      pen.y = clamp(pen.y + move[1], 0, SIZE - 1)
      if (pen.down) strokes.at(-1).push(here())
    } else if (event.key === " ") {
      pen.down = !pen.down
      if (pen.down) strokes.push([here()])
    } else if (event.key === "Backspace") undo()
    else return // Tab leaves the box
    event.preventDefault()
    pen.shown = true
    load()
    refresh()
  })
  pad.addEventListener("blur", () => {
    pen.shown = pen.down = false
    refresh()
  })

  const undo = () => {
    strokes.pop()
    pen.down = false
  }
  const redraw = figure(box, {
    name: TEXT.name,
    drawings: [named(pad, TEXT.yours), named(preview, TEXT.net), named(bars, TEXT.certainty)],
    controls: [html("div", { class: "buttons" },
      button(TEXT.undo, () => { undo(); refresh() }),
      button(TEXT.clear, () => { strokes = []; pen.down = false; refresh() }))],
    draw, layout: "draw",
  })
  function refresh() { redraw() }
}
