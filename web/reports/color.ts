import { z } from 'zod'

/** The color of a new report. */
export const usualColor = '0f5c5a'
/** WCAG AA: of text on the color, and of the color on white. */
const leastContrast = 4.5

const tooLight = 'This color is too light to read on white. Choose a darker one.'

/** What a color field sends, such as `#0F5C5A`. Becomes `0f5c5a`. */
export const reportColor = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^#[0-9a-f]{6}$/, { message: 'Choose a color.', abort: true })
  .transform((typed) => typed.slice(1))
  .refine((color) => contrastWithWhite(color) >= leastContrast, tooLight)

/** The contrast of WCAG, from 1 to 21. */
export const contrastWithWhite = (color: string): number => 1.05 / (luminance(color) + 0.05)

const luminance = (color: string): number => {
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const share = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
