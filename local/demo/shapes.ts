import type { Dice } from './dice.ts'

/** Shapes of the demo's pictures. Each returns the content of an SVG of 1000 by `height`. */
export type Palette = { back: string; deep: string; warm: string; light: string; ink: string }
type Shape = (dice: Dice, colours: Palette, height: number) => string

const circle = (x: number, y: number, r: number, fill: string, more = '') =>
  `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${r.toFixed(1)}" fill="${fill}" ${more}/>`
const rect = (x: number, y: number, w: number, h: number, fill: string, more = '') =>
  `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${w.toFixed(1)}" height="${h.toFixed(1)}" fill="${fill}" ${more}/>`
const times = (count: number, draw: (index: number) => string): string =>
  Array.from({ length: count }, (_, i) => draw(i)).join('')

/** A record half out of its sleeve. */
const record: Shape = (dice, c, height) => {
  const [x, y, r] = [
    dice.between(560, 700),
    height / 2 + dice.between(-60, 60),
    dice.between(330, 400),
  ]
  const grooves = times(14, (i) =>
    circle(
      x,
      y,
      r - 18 - i * 15,
      'none',
      `stroke="${c.light}" stroke-opacity=".13" stroke-width="2"`,
    ),
  )
  const shine = `<path d="M${x} ${y} L${x + r} ${y - r * 0.42} A${r} ${r} 0 0 0 ${x + r * 0.78} ${y - r * 0.62} Z" fill="#fff" opacity=".09"/>`
  const disc =
    circle(x, y, r, c.ink) +
    grooves +
    shine +
    circle(x, y, r * 0.32, c.warm) +
    circle(x, y, r * 0.2, c.light, 'opacity=".25"')
  const side = r * 1.75
  const sleeve = rect(x - side, y - side / 2, side, side, c.deep, 'rx="6"')
  const print =
    circle(x - side / 2, y, side * 0.28, c.warm) +
    rect(x - side, y + side * 0.3, side, side * 0.06, c.light, 'opacity=".8"')
  return disc + circle(x, y, r * 0.035, c.back) + sleeve + print
}

/** Record spines in a crate, slightly crooked. */
const crate: Shape = (dice, c, height) => {
  const top = height * 0.2
  const spines = times(26, (i) => {
    const fill = dice.pick([c.deep, c.warm, c.light, c.ink, c.deep])
    const tall = height * dice.between(0.5, 0.6)
    return rect(
      110 + i * 30,
      height * 0.8 - tall,
      dice.between(20, 27),
      tall,
      fill,
      `rx="2" transform="rotate(${dice.between(-2, 2).toFixed(2)} ${110 + i * 30} ${height * 0.8})"`,
    )
  })
  const board = (y: number) =>
    rect(70, y, 860, height * 0.1, c.warm, 'rx="8"') +
    rect(70, y + height * 0.085, 860, height * 0.015, c.ink, 'opacity=".25"')
  return (
    circle(dice.between(200, 800), top, 150, c.light, 'opacity=".7"') +
    spines +
    board(height * 0.62) +
    board(height * 0.76)
  )
}

/** Rows of half circles, as on a poster from the seventies. */
const arches: Shape = (dice, c, height) => {
  const rows = Math.round(height / 250)
  const colours = [c.deep, c.warm, c.light, c.ink]
  return times(rows * 4, (i) => {
    const [x, y] = [(i % 4) * 250 + 125, Math.floor(i / 4) * 250 + 250]
    const turn = dice.pick([0, 90, 180, 270])
    return `<g transform="rotate(${turn} ${x} ${y - 125})">${times(3, (n) => {
      const r = 118 - n * 38
      return `<path d="M${x - r} ${y - 10} A${r} ${r} 0 0 1 ${x + r} ${y - 10} Z" fill="${colours[(n + dice.whole(0, 1)) % 4]}"/>`
    })}</g>`
  })
}

/** A sun over waves. */
const waves: Shape = (dice, c, height) => {
  const sun = circle(dice.between(300, 700), height * 0.36, dice.between(150, 210), c.warm)
  const colours = [c.light, c.deep, c.warm, c.ink]
  return (
    sun +
    times(7, (i) => {
      const y = height * (0.46 + i * 0.085)
      const [a, b] = [dice.between(20, 60), dice.between(20, 60)]
      const path = `M0 ${y} C 250 ${y - a * 2}, 330 ${y + b * 2}, 520 ${y} S 820 ${y - b * 2}, 1000 ${y} V${height} H0 Z`
      return `<path d="${path}" fill="${colours[i % 4]}" opacity="${(0.55 + i * 0.06).toFixed(2)}"/>`
    })
  )
}

/** Bars of an equalizer. */
const bars: Shape = (dice, c, height) =>
  times(17, (i) => {
    const tall = height * (0.12 + 0.5 * Math.abs(Math.sin(i * 0.55 + dice.between(0, 1.1))))
    const fill = i % 5 === 2 ? c.warm : i % 3 === 0 ? c.deep : c.light
    return rect(75 + i * 51, height / 2 - tall / 2, 32, tall, fill, 'rx="16"')
  })

/** Lamps over a floor. */
const lights: Shape = (dice, c, height) =>
  times(5, (i) => {
    const [x, drop, spread] = [
      120 + i * 190,
      height * dice.between(0.12, 0.34),
      dice.between(150, 240),
    ]
    const beam = `<path d="M${x - 26} ${drop} L${x + 26} ${drop} L${x + spread} ${height} L${x - spread} ${height} Z" fill="${i % 2 ? c.warm : c.light}" opacity=".3"/>`
    return rect(x - 2, 0, 4, drop, c.ink) + beam + circle(x, drop, 34, i % 2 ? c.warm : c.light)
  }) + rect(0, height * 0.9, 1000, height * 0.1, c.ink, 'opacity=".55"')

/** Dots that get larger toward one corner. */
const dots: Shape = (dice, c, height) => {
  const [cx, cy] = [dice.between(200, 800), dice.between(0.2, 0.8) * height]
  const rows = Math.floor(height / 62)
  return times(rows * 16, (i) => {
    const [x, y] = [32 + (i % 16) * 62.5, 32 + Math.floor(i / 16) * 62.5]
    const near = Math.max(0.1, 1 - Math.hypot(x - cx, y - cy) / 780)
    return circle(x, y, 29 * near, near > 0.72 ? c.warm : near > 0.45 ? c.deep : c.ink)
  })
}

/** A turntable with its arm and a record, from above. */
const turntable: Shape = (dice, c, height) => {
  const [x, y, r] = [430, height / 2, 350]
  const angle = dice.between(-12, 10)
  const plate = circle(x, y, r + 26, c.deep) + circle(x, y, r, c.ink)
  const grooves = times(11, (i) =>
    circle(
      x,
      y,
      r - 20 - i * 19,
      'none',
      `stroke="${c.light}" stroke-opacity=".16" stroke-width="3"`,
    ),
  )
  const arm = `<g transform="rotate(${angle.toFixed(1)} 870 ${y - 260})">${rect(858, y - 260, 24, 430, c.light, 'rx="12"')}${rect(838, y + 150, 62, 92, c.warm, 'rx="10"')}</g>`
  return (
    plate +
    grooves +
    circle(x, y, 118, c.warm) +
    circle(x, y, 12, c.back) +
    circle(870, y - 260, 62, c.light) +
    arm
  )
}

/** A shape and its alt text. */
export type Motif = { shape: Shape; altText: string }

const motif = (shape: Shape, altText: string): Motif => ({ shape, altText })
const sleeve = motif(record, 'A record looking out of its sleeve')
const poster = motif(arches, 'A poster of half circles in rows')
const sea = motif(waves, 'A sun over waves')
const screen = motif(dots, 'A poster of dots that grow towards one corner')
const sound = motif(bars, 'The bars of an equalizer')
const lamps = motif(lights, 'Lamps over a dance floor')

export const shopMotifs: Motif[] = [
  sleeve,
  motif(crate, 'A crate full of records'),
  motif(turntable, 'A turntable from above'),
  poster,
  sea,
  sleeve,
  screen,
  sound,
]
export const clubMotifs: Motif[] = [lamps, sound, screen, sea, lamps, poster]
