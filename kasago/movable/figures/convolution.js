/** A filter that slides over a digit. */

import {
  choice, clamp, figure, fixed, hold, html, named, panel, picture, pixels, slider, svg, under, words,
} from "../parts.js"

const TEXT = words({
  en: {
    name: "A filter that slides over a digit, to be moved",
    input: "The digit, 28 by 28 pixels, with a frame around the nine that the filter sees",
    output: "What the filter makes of it, 26 by 26 numbers; those above 0 in one colour, those "
      + "below 0 in another; a frame is around the one of this place",
    products: "The nine pixels under the filter, each above the weight that it is multiplied by",
    filter: "Filter",
    filters: {
      side: "left/right", top: "top/bottom", slope: "slope", mean: "mean", own: "yours",
    },
    row: "row", column: "column", weight: (i, j) => `Weight in row ${i}, column ${j}`,
    in: "the digit", out: "the output",
    says: (p, q, sum) => `In row ${p}, column ${q} the sum of the nine products is ${sum}.`,
  },
  ja: {
    name: "動かせる図: 数字の上を滑るフィルタ",
    input: "28×28ピクセルの数字。フィルタがかかる9ピクセルを枠で囲む",
    output: "フィルタの出力、26×26個の数。正と負を別の色で示し、この位置の出力を枠で囲む",
    products: "フィルタの下にある9ピクセルと、それぞれに掛ける重み",
    filter: "フィルタ",
    filters: {
      side: "左右", top: "上下", slope: "斜め", mean: "平均", own: "自由",
    },
    row: "行", column: "列", weight: (i, j) => `${i}行${j}列の重み`,
    in: "数字", out: "出力",
    says: (p, q, sum) => `${p}行${q}列では、9個の積の和は${sum}です。`,
  },
})

const SIZE = 28
const F = 3
export const OUT = SIZE - F + 1
export const FILTERS = {
  side: [1, 0, -1, 1, 0, -1, 1, 0, -1],
  top: [1, 1, 1, 0, 0, 0, -1, -1, -1],
  slope: [1, 1, 0, 1, 0, -1, 0, -1, -1],
  mean: Array(9).fill(1 / 9),
}

/** The pixels that a filter sees at a place. */
const patch = (x, p, q) => range9(k => x[(p + Math.floor(k / F)) * SIZE + q + k % F])
const range9 = of => Array.from({ length: F * F }, (_, k) => of(k))
const dot = (a, b) => a.reduce((sum, value, k) => sum + value * b[k], 0)

/** The sum of products at each place: as `Convolution`, with one channel, without padding. */
export const convolve = (x, W) =>
  Array.from({ length: OUT * OUT }, (_, k) => dot(patch(x, Math.floor(k / OUT), k % OUT), W))

export default async function convolution(box) {
  const answer = await fetch(new URL("../digit.bin", import.meta.url))
  if (!answer.ok) throw new Error(`no digit: ${answer.status}`)
  const digit = [...new Uint8Array(await answer.arrayBuffer())].map(byte => byte / 255)

  const input = grid(TEXT.input, SIZE)
  input.content.append(...pixels(digit, SIZE))
  const output = grid(TEXT.output, OUT)
  const products = picture("0 0 168 132", TEXT.products)

  const refresh = () => redraw()
  const filter = choice({
    name: TEXT.filter, value: "side", options: Object.entries(TEXT.filters),
  }, () => {
    if (FILTERS[filter.value]) show(FILTERS[filter.value])
    refresh()
  })
  const weights = range9(k => html("input", {
    type: "number", step: "any", autocomplete: "off", inputmode: "decimal",
    "aria-label": TEXT.weight(Math.floor(k / F) + 1, k % F + 1),
    input: () => {
      filter.value = "own"
      refresh()
    },
  }))
  const show = W => W.forEach((weight, k) => { weights[k].value = Number(weight.toFixed(3)) })
  const place = [[TEXT.row, 13], [TEXT.column, 14]].map(([name, value]) =>
    slider({ name, min: 0, max: OUT - 1, step: 1, value }, refresh))
  const filterOf = () => FILTERS[filter.value] ?? weights.map(weight => Number(weight.value) || 0)

  function draw() {
    const W = filterOf()
    const [p, q] = place.map(each => each.value)
    const out = convolve(digit, W)
    const largest = Math.max(1e-9, ...out.map(Math.abs))
    output.content.replaceChildren(...pixels(out, OUT, value => value > 0 ? "d" : "b", largest))
    for (const [mark, size] of [[input.mark, F], [output.mark, 1]]) {
      for (const [name, value] of Object.entries({ x: q, y: p, width: size, height: size })) {
        mark.setAttribute(name, value)
      }
    }
    products.replaceChildren(...patch(digit, p, q).flatMap((pixel, k) => {
      const [x, y] = [k % F * 56, Math.floor(k / F) * 44]
      const cell = { x: x + 1, y: y + 1, width: 54, height: 42 }
      const middle = { x: x + 28, "text-anchor": "middle" }
      const weight = fixed(W[k], Number.isInteger(W[k]) ? 0 : 2)
      return [
        svg("rect", { ...cell, class: "cell" }),
        svg("rect", { ...cell, class: "ink", "fill-opacity": (0.25 * pixel).toFixed(3) }),
        svg("text", { ...middle, y: y + 18 }, fixed(pixel, 2)),
        svg("text", { ...middle, y: y + 35 }, `× ${weight}`),
      ]
    }))
    return TEXT.says(p, q, fixed(out[p * OUT + q], 2))
  }

  // A pointer moves the filter on either picture: its middle on the first, its output on the other.
  for (const [{ element }, offset] of [[input, 1], [output, 0]]) {
    const moveTo = event => {
      const [x, y] = under(element, event)
      for (const [i, value] of [y, x].entries()) {
        place[i].place = clamp(Math.floor(value) - offset, 0, OUT - 1)
      }
      refresh()
    }
    hold(element, moveTo, moveTo)
  }

  show(FILTERS.side)
  const own = html("div", { class: "weights" }, ...weights)
  const redraw = figure(box, {
    name: TEXT.name,
    drawings: [
      named(input.element, TEXT.in), named(products, "x × w"), named(output.element, TEXT.out),
    ],
    controls: [filter.element, own, panel(place)],
    movers: [filter, ...place, { reset: () => show(FILTERS.side) }], draw, layout: "slide",
  })
}

/** A square of pixels with a frame that moves. */
function grid(label, size) {
  const content = svg("g")
  const mark = svg("rect", { class: "mark" })
  const element = picture(`-0.5 -0.5 ${size + 1} ${size + 1}`, label,
    svg("rect", { width: size, height: size, class: "cell" }), content, mark)
  element.classList.add("grid")
  return { element, content, mark }
}
