/** A time in a video for people: `0:04.5`, `1:02:03`. */
export const timeText = (ms: number): string => {
  const hours = Math.floor(ms / 3_600_000)
  const minutes = Math.floor(ms / 60_000) % 60
  const seconds = (ms % 60_000) / 1_000
  const [whole = '0', part] = String(Math.round(seconds * 1_000) / 1_000).split('.')
  const end = `${whole.padStart(2, '0')}${part ? `.${part}` : ''}`
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${end}` : `${minutes}:${end}`
}

/** Milliseconds of a time as people type it: `4.5`, `4,5`, `0:04.5`, `1:02:03`. Null if it is none. */
export const readTime = (typed: string): number | null => {
  const parts = typed.trim().replace(',', '.').split(':')
  if (parts.length > 3 || !/^\d{1,6}(\.\d{1,3})?$/.test(parts.at(-1) ?? '')) return null
  if (parts.slice(0, -1).some((part) => !/^\d{1,3}$/.test(part))) return null
  return Math.round(parts.reduce((seconds, part) => seconds * 60 + Number(part), 0) * 1_000)
}
