import { createRequire } from 'node:module'
import { rawTimeZones } from '@vvo/tzdb'
import { Temporal } from 'temporal-polyfill'
import { isTimeZone } from '../../text/formatters.ts'

/** A time zone with its current CLDR name, such as Asia/Kolkata. */
export type Zone = {
  name: string
  /** Older names of the same zone, such as Asia/Calcutta. Accepted, but not offered. */
  aliases: string[]
  /** Cities that people may search for. The zone's own city comes first. */
  cities: string[]
  country: string
}
/** `offset` at the time of the call, such as `UTC+5:30`. */
export type ZoneOption = Zone & { offset: string }

type Cldr = {
  keyword: {
    u: { tz: Record<string, { _alias?: string; _iana?: string; _deprecated?: string } | string> }
  }
}

const cldr = (createRequire(import.meta.url)('cldr-bcp47/bcp47/timezone.json') as Cldr).keyword.u.tz

/**
 * UTC first, then by name. Leaves out names that this version of Node doesn't know, because it
 * couldn't compute times in them.
 */
export const zones: Zone[] = [
  { name: 'UTC', aliases: ['Etc/UTC'], cities: [], country: '' },
  ...Object.values(cldr)
    .flatMap(zoneOf)
    .sort((a, b) => (a.name < b.name ? -1 : 1)),
]

const byName = new Map(
  zones.flatMap((zone) => [zone.name, ...zone.aliases].map((name) => [name.toLowerCase(), zone])),
)
const byCity = new Map<string, Zone[]>()
for (const zone of zones)
  for (const word of new Set([...zone.cities, ...zone.aliases.map(ownCity)].map(plain)))
    byCity.set(word, [...(byCity.get(word) ?? []), zone])

/** Whether a form may contain this zone name, current or old. */
export const isZone = (given: string): boolean =>
  given.length <= 64 && byName.has(given.toLowerCase())

/**
 * Finds a zone by name, old name or city. If that isn't unique, returns all candidates, or none.
 */
export const findZone = (typed: string): Zone | Zone[] => {
  const text = typed.trim()
  const named = byName.get(text.toLowerCase())
  if (named) return named
  const found = byCity.get(plain(text)) ?? []
  if (found.length > 0) return found.length === 1 ? (found[0] as Zone) : found
  const begins = plain(text)
  if (begins.length < 3) return []
  return zones
    .filter((zone) => [...zone.cities, zone.country].some((word) => plain(word).startsWith(begins)))
    .slice(0, 5)
}

let kept: { hour: number; options: ZoneOption[] } | undefined

/** All zones with their offsets. Cached per hour, because clocks change on the hour. */
export const zoneOptions = (nowMs: number): ZoneOption[] => {
  const hour = Math.floor(nowMs / 3_600_000)
  if (kept?.hour !== hour)
    kept = { hour, options: zones.map((zone) => ({ ...zone, offset: offsetOf(zone.name, nowMs) })) }
  return kept.options
}

/** `UTC+1`, `UTC−3:30`, `UTC`. */
export const offsetOf = (name: string, nowMs: number): string => {
  const { offset } = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(name)
  const [, sign = '+', hours = '0', minutes = '00'] = /^([+-])(\d\d):(\d\d)/.exec(offset) ?? []
  if (hours === '00' && minutes === '00') return 'UTC'
  return `UTC${sign === '-' ? '−' : '+'}${Number(hours)}${minutes === '00' ? '' : `:${minutes}`}`
}

function zoneOf(entry: Cldr['keyword']['u']['tz'][string]): Zone[] {
  if (typeof entry === 'string' || entry._deprecated || !entry._alias) return []
  const names = entry._alias.split(' ')
  const name = entry._iana ?? names[0] ?? ''
  if (!name.includes('/') || name.startsWith('Etc/') || !isTimeZone(name)) return []
  const known = rawTimeZones.find((zone) =>
    [zone.name, ...zone.group].some((one) => names.includes(one)),
  )
  const others = (known?.name === name ? known.mainCities : []).filter(
    (city) => plain(city) !== plain(ownCity(name)),
  )
  const aliases = names.filter((alias) => alias !== name)
  return [{ name, aliases, cities: [ownCity(name), ...others], country: known?.countryName ?? '' }]
}

/** For example `America/Argentina/Buenos_Aires` → `Buenos Aires`. */
function ownCity(name: string): string {
  return name.split('/').at(-1)?.replaceAll('_', ' ') ?? name
}

/** Lower case without accents, so that "sao paulo" finds "São Paulo". */
function plain(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').trim().toLowerCase()
}
