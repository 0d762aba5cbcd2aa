import sharp from 'sharp'
import { createDice } from './dice.ts'
import type { Motif, Palette } from './shapes.ts'

export type Picture = {
  fileName: string
  altText: string
  jpeg: Buffer
  thumbnail: Buffer
  width: number
  height: number
}

const palette = (
  back: string,
  deep: string,
  warm: string,
  light: string,
  ink: string,
): Palette => ({
  back,
  deep,
  warm,
  light,
  ink,
})

export const shopPalettes: Palette[] = [
  palette('#f3e6d0', '#a8452c', '#e08e45', '#f7d9a0', '#2b211c'),
  palette('#dfe7e2', '#2f5d57', '#d9773f', '#f2c879', '#1d2b2a'),
  palette('#26211f', '#7a3b2e', '#d98b3a', '#f0d8ab', '#0f0c0b'),
  palette('#e9dcd3', '#5b4a8a', '#d4685a', '#f4bf9b', '#231f38'),
  palette('#d6e2ea', '#24567a', '#e2a13c', '#fbe6b8', '#152433'),
]
export const clubPalettes: Palette[] = [
  palette('#17122b', '#4a2d8c', '#e0487f', '#7ac8e8', '#0a0716'),
  palette('#0f1e2b', '#1d5a78', '#f0883e', '#a6e3d7', '#07101a'),
  palette('#261226', '#7d2a5c', '#f2b13f', '#f39ac0', '#120812'),
]

/**
 * Draws a different picture for each number, always the same: random shapes and colors. 1080 pixels
 * wide.
 */
export const drawPicture = async (
  number: number,
  of: { motifs: Motif[]; palettes: Palette[]; name: string; ratio?: number },
): Promise<Picture> => {
  const dice = createDice(9_000 + number)
  const colours = of.palettes[number % of.palettes.length]!
  const { shape, altText } = of.motifs[number % of.motifs.length]!
  const [width, height] = [1080, Math.round(1080 * (of.ratio ?? dice.pick([1, 1, 1.25])))]
  const tall = Math.round((1000 * height) / width)
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 1000 ${tall}">
<defs><radialGradient id="g" cx="${dice.between(0.2, 0.8).toFixed(2)}" cy="0.2" r="1.1"><stop offset="0" stop-color="${colours.light}" stop-opacity=".55"/>
<stop offset="1" stop-color="${colours.back}" stop-opacity="0"/></radialGradient></defs>
<rect width="1000" height="${tall}" fill="${colours.back}"/><rect width="1000" height="${tall}" fill="url(#g)"/>${shape(dice, colours, tall)}</svg>`
  const drawn = await sharp(Buffer.from(svg)).removeAlpha().raw().toBuffer()
  const raw = { raw: { width, height, channels: 3 as const } }
  const [jpeg, thumbnail] = await Promise.all([
    sharp(drawn, raw).jpeg({ quality: 82 }).toBuffer(),
    sharp(drawn, raw)
      .resize({ width: 320, height: 320, fit: 'inside' })
      .webp({ quality: 78, effort: 1 })
      .toBuffer(),
  ])
  return { fileName: `${of.name}-${number + 1}.jpg`, altText, jpeg, thumbnail, width, height }
}
