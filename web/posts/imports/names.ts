import type { ComposeChannel } from '../../../db/channels/account-facts.ts'
import type { Label } from '../../../db/posts/labels/labels.ts'
import type { Media } from '../../../db/posts/media.ts'
import type { Registry } from '../../../platforms/index.ts'

/** What cells can name, by the names that people write. */
export type CellNames = {
  accounts: Map<string, ComposeChannel[]>
  labels: Map<string, Label[]>
  files: Map<string, Media[]>
}

/** A cell with names, in characters. */
export const importNamesMaxCharacters = 10_000

/** The beginning of a name, for a sentence about it. A character is never cut in half. */
export const shownName = (name: string): string => name.slice(0, 80).replace(/[\ud800-\udbff]$/, '')

/** CellNames that differ only by case, by spaces around them, or by how a letter is composed are equal. */
export const keyOf = (name: string): string => name.normalize('NFC').trim().toLowerCase()

/**
 * An account is named by its name or handle, by its platform if that has only one account, or by
 * both, such as `Platform: @northside`.
 */
export const accountsByName = (
  channels: ComposeChannel[],
  { platforms }: Registry,
): CellNames['accounts'] =>
  groupBy(channels, (channel) => {
    const label = platforms.get(channel.platform)?.label ?? channel.platform
    const handle = channel.handle.replace(/^@/, '')
    const own = [channel.name, ...(handle ? [handle, `@${handle}`] : [])]
    return [channel.platform, label, ...own, ...own.map((name) => `${label}: ${name}`)]
  })

export const groupBy = <T>(items: T[], namesOf: (item: T) => string[]): Map<string, T[]> => {
  const groups = new Map<string, T[]>()
  for (const item of items)
    for (const key of new Set(namesOf(item).map(keyOf)))
      groups.set(key, [...(groups.get(key) ?? []), item])
  return groups
}

/**
 * The names in a cell. A name that contains a separator is found if it is the whole cell. None if the
 * cell is too long.
 */
export const namesIn = (cell: string, known: Map<string, unknown[]>): string[] => {
  if (cell === '' || cell.length > importNamesMaxCharacters) return []
  if (known.has(keyOf(cell))) return [cell]
  const parts = /[;|\n]/.test(cell) ? cell.split(/[;|\n]/) : cell.split(',')
  return [...new Set(parts.map((part) => part.trim()).filter((part) => part !== ''))]
}
