import { beforeAll, describe, expect, it } from 'vitest'
import { findZone, isZone, offsetOf, zoneOptions, zones } from '../../../web/time/zones.ts'
import { createTestApp, type TestApp } from '../../support/app.ts'

const names = zones.map(({ name }) => name)
const nameOf = (typed: string) => {
  const found = findZone(typed)
  return Array.isArray(found) ? found.map(({ name }) => name) : found.name
}

describe('the list of time zones', () => {
  it('has the current names, once each, and none of the older ones', () => {
    const current = [
      'Asia/Kolkata',
      'Europe/Kyiv',
      'America/Argentina/Buenos_Aires',
      'Asia/Ho_Chi_Minh',
      'Asia/Kathmandu',
      'America/Nuuk',
    ]
    for (const name of current) expect(names).toContain(name)
    const older = [
      'Asia/Calcutta',
      'Europe/Kiev',
      'America/Buenos_Aires',
      'Asia/Saigon',
      'Asia/Katmandu',
      'America/Godthab',
    ]
    for (const name of older) expect([names.includes(name), isZone(name)]).toEqual([false, true])
    expect(new Set(names).size).toBe(names.length)
    expect(names.length).toBeGreaterThan(350)
  })

  it('supports calculations in every zone and includes all that Intl lists', () => {
    const known = new Set(zones.flatMap((zone) => [zone.name, ...zone.aliases]))
    const missing = Intl.supportedValuesOf('timeZone').filter(
      (name) => name.includes('/') && !known.has(name),
    )
    expect(missing.filter((name) => !name.startsWith('Etc/'))).toEqual([])
  })

  it.each([
    ['Mumbai', 'Asia/Kolkata'],
    ['kolkata', 'Asia/Kolkata'],
    ['Asia/Calcutta', 'Asia/Kolkata'],
    ['europe/zurich', 'Europe/Zurich'],
    ['Basel', 'Europe/Zurich'],
    ['Saigon', 'Asia/Ho_Chi_Minh'],
    ['sao paulo', 'America/Sao_Paulo'],
    ['UTC', 'UTC'],
  ])('%j is found as %s', (typed, name) => expect(nameOf(typed)).toBe(name))

  it('finds nothing for unknown input, and lists the options when several match', () => {
    expect(nameOf('Atlantis')).toEqual([])
    expect(nameOf('Switzerland')).toEqual(['Europe/Zurich'])
    expect(nameOf('')).toEqual([])
    expect(nameOf('India')).toContain('Asia/Kolkata')
  })

  it('shows the current offset, not the winter offset', () => {
    expect(offsetOf('Europe/Zurich', Date.parse('2026-07-01T12:00:00Z'))).toBe('UTC+2')
    expect(offsetOf('Europe/Zurich', Date.parse('2026-12-01T12:00:00Z'))).toBe('UTC+1')
    expect(offsetOf('America/St_Johns', Date.parse('2026-12-01T12:00:00Z'))).toBe('UTC−3:30')
    expect(
      zoneOptions(Date.parse('2026-12-01T12:00:00Z')).find(({ name }) => name === 'Asia/Kolkata')
        ?.offset,
    ).toBe('UTC+5:30')
  })
})

describe('the settings of a workspace', () => {
  let test: TestApp
  beforeAll(async () => {
    test = await createTestApp()
  })
  const save = (zone: string) =>
    test.cast.admin.post('/w/northside/settings', {
      name: 'Northside Records',
      zone,
      missedAfterHours: '6',
    })
  const stored = async () =>
    (await test.sql`select zone from workspaces where slug = 'northside'`)[0]?.zone

  it('offer every time zone with its cities and offset, even without scripts', async () => {
    const { text } = await test.cast.admin.get('/w/northside/settings')
    expect(text).toMatch(/<input id="zone"[^>]*list="zones"[^>]*value="Europe\/Zurich"/)
    expect(text).toMatch(
      /<option value="Asia\/Kolkata"[^>]*>Kolkata, Mumbai, [^<]*India \(UTC\+5:30\)<\/option>/,
    )
    expect(text).toMatch(/Europe\/Zurich is UTC\+[12] now\./)
  })

  it('accept a city or an older name, and store the current one', async () => {
    for (const [typed, name] of [
      ['Mumbai', 'Asia/Kolkata'],
      ['Europe/Kiev', 'Europe/Kyiv'],
    ] as const) {
      expect((await save(typed)).status).toBe(303)
      expect(await stored()).toBe(name)
    }
  })

  it('return unknown input with what it may mean', async () => {
    const [nowhere, several] = [await save('Atlantis'), await save('India')]
    expect([nowhere.status, several.status]).toEqual([422, 422])
    expect(nowhere.text).toContain('Choose a time zone from the list, or type a city.')
    expect(several.text).toMatch(/Did you mean [^?]*Asia\/Kolkata/)
    expect(several.text).toContain('value="India"')
  })

  it('offer no time zone that the database does not know', async () => {
    const rows = await test.sql<{ name: string }[]>`
      select name from unnest(${names}::text[]) as offered (name) where name not in (select name from pg_timezone_names)`
    expect(rows).toEqual([])
  })
})
