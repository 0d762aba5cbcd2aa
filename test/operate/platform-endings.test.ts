import { Registry } from 'prom-client'
import { describe, expect, test } from 'vitest'
import { showStatus } from '../../commands/operate/standing.ts'
import { endingsAhead, endingsToTell, toldDaysAhead } from '../../platforms/ending.ts'
import { createPlatforms } from '../../platforms/index.ts'
import { meterFigures } from '../../web/operate/figures-meter.ts'
import { createTestApp } from '../support/app.ts'
import { testConfig } from '../support/config.ts'

const dayMs = 86_400_000
const issuersWith = (version: string) => [
  ...createPlatforms(testConfig({ META_API_VERSION: version })).issuers.values(),
]
/** The time this many days before Meta ends v25.0. */
const daysAhead = (days: number) => Date.parse('2028-07-29T00:00:00Z') - days * dayMs

describe('the end of a platform version', () => {
  test('is announced 90 days before, and no sooner', () => {
    const told = (days: number) =>
      endingsToTell(issuersWith('v25.0'), daysAhead(days)).map(({ what, days }) => [what, days])
    expect(told(toldDaysAhead + 1)).toEqual([])
    expect(told(toldDaysAhead)).toEqual([['Graph API v25.0', 90]])
    expect(told(1)).toEqual([['Graph API v25.0', 1]])
    expect(told(-30)).toEqual([['Graph API v25.0', -30]])
  })

  test('is not announced if the platform has not announced it or the version is unknown', () => {
    for (const version of ['v27.0', 'v31.0'])
      expect(endingsAhead(issuersWith(version), daysAhead(0))).toEqual([])
  })

  test('comes sooner for older versions', () => {
    const ends = ['v21.0', 'v22.0', 'v23.0', 'v24.0', 'v25.0', 'v26.0'].map(
      (version) => endingsAhead(issuersWith(version), daysAhead(0))[0]?.endsOn ?? '',
    )
    expect(ends).toEqual([...ends].sort())
    expect(new Set(ends).size).toBe(6)
  })
})

describe('six weeks before Meta ends the version in use', () => {
  const now = () => daysAhead(44)
  const config = testConfig({ META_API_VERSION: 'v25.0' })

  test('the Operate page says what stops working, when, and which setting to change', async () => {
    const house = await createTestApp({ config, now })
    const { text: page } = await house.cast.operator.get('/operate')
    expect(page).toContain('Platform changes ahead')
    expect(page).toContain('Meta: Graph API v25.0')
    expect(page).toMatch(
      /Ends on .*29.* publishing, numbers and connecting accounts on Facebook and Instagram/,
    )
    expect(page).toContain('Set META_API_VERSION to a later version')
    expect(page).toContain('in 44 days')
    const { words, rows } = await showStatus({ sql: house.sql, config, now })
    expect(words).toContain(
      'Graph API v25.0 ends on 2028-07-29. From then on Meta answers as its oldest version',
    )
    expect(rows).toContainEqual({ what: 'Meta: Graph API v25.0 ends in days', value: 44 })
    const registry = new Registry()
    await meterFigures(registry, house.deps)()
    const seconds = Number(
      /platform_ending_seconds\{what="Meta: Graph API v25.0"\} (\S+)/.exec(
        await registry.metrics(),
      )?.[1],
    )
    expect(seconds / 86_400).toBeCloseTo(44, 3)
  })

  test('nothing is shown yet if there is still a year left', async () => {
    const early = () => daysAhead(410)
    const house = await createTestApp({ config, now: early })
    expect((await house.cast.operator.get('/operate')).text).not.toContain('Platform changes ahead')
    expect((await showStatus({ sql: house.sql, config, now: early })).words).toBeUndefined()
  })
})
