import { numberFormat } from '../../text/formatters.ts'

/** Escapes text for HTML content and attributes. */
export const attribute = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

/** 0.125 → 12.5% */
export const percent = (share = 0): string => `${Number((share * 100).toFixed(2))}%`

const short = numberFormat({ notation: 'compact', maximumFractionDigits: 1 })
const long = numberFormat()

/** Such as 1.5k, 2k. All are written in full if shortening would change one of them. */
export const shortNumbers = (numbers: number[]): string[] => {
  const isExact = (number: number) =>
    number % (Math.abs(number) < 1e6 ? 100 : 1e5) === 0 || Math.abs(number) < 1000
  const write = numbers.every(isExact) ? short : long
  return numbers.map((number) => write.format(number).replace('K', 'k').replace('M', 'm'))
}
