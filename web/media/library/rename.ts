import { cleanLine } from '../../../text/clean-text.ts'

export const fileNameMaxCharacters = 120

/**
 * A file name for display: without path and control characters. A new name keeps the ending of the
 * old one. Null if nothing is left.
 */
export const readFileName = (typed: string, before = ''): string | null => {
  const name = cleanLine(typed.split(/[/\\]/).at(-1) ?? '').trim()
  if (name === '') return null
  const ending = /\.[A-Za-z0-9]{1,5}$/.exec(before)?.[0] ?? ''
  const isKept = name.toLowerCase().endsWith(ending.toLowerCase())
  const room = fileNameMaxCharacters - (isKept ? 0 : ending.length)
  return `${name.slice(0, room)}${isKept ? '' : ending}`
}
