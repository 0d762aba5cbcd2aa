import { beforeAll, describe, expect, it } from 'vitest'
import { styleOfLanguage, usualStyle } from '../../text/date-style.ts'
import { ownPath } from '../../web/http/answers.ts'
import { formats } from '../../web/time/formats.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { european } from '../support/european.ts'

let test: TestApp
beforeAll(async () => {
  test = await createTestApp()
})

const partial = { 'HX-Request': 'true', 'HX-Request-Type': 'partial' }

describe('one URL, two responses', () => {
  it('returns the requested part to htmx, and the whole page to everybody else', async () => {
    const whole = await test.cast.admin.get('/w/northside/people')
    const part = await test.cast.admin.get('/w/northside/people', partial)
    const boosted = await test.cast.admin.get('/w/northside/people', {
      'HX-Request': 'true',
      'HX-Request-Type': 'full',
    })
    expect(whole.text).toMatch(/^<!doctype html>/)
    expect(boosted.text).toMatch(/^<!doctype html>/)
    expect(part.text).not.toMatch(/<!doctype|<nav|<body/)
    expect(part.text).toContain('Ada Admin')
    expect(part.headers.get('Vary')).toContain('HX-Request-Type')
  })

  it('redirects after a form with 303 for a browser, and with HX-Location for htmx', async () => {
    const person = await test.addPerson('Hedda Htmx')
    const plain = await person.post('/account/theme', { theme: 'light' })
    expect([plain.status, plain.location]).toEqual([303, '/account?said=theme-saved'])
    const htmx = await person.post('/account/theme', { theme: 'light' }, partial)
    expect([htmx.status, htmx.headers.get('HX-Location'), htmx.text]).toEqual([
      204,
      '/account?said=theme-saved',
      '',
    ])
  })

  it('sends a signed-out person to the sign-in page when htmx asks, instead of showing it inside the page', async () => {
    const answer = await test.browser().get('/w/northside/people', partial)
    expect(answer.status).toBe(401)
    expect(answer.headers.get('HX-Redirect')).toBe('/sign-in?next=%2Fw%2Fnorthside%2Fpeople')
  })
})

describe('what a URL makes a page say', () => {
  it('is one of our own sentences or nothing', async () => {
    expect((await test.cast.admin.get('/account?said=name-saved')).text).toContain('Name saved.')
    for (const said of ['<script>alert(1)</script>', 'constructor', 'You have won'])
      expect(
        (await test.cast.admin.get(`/account?said=${encodeURIComponent(said)}`)).text,
      ).toContain('<div id="flash" aria-live="polite"></div>')
  })

  it('never leads to another site', () => {
    for (const path of ['/', '/w/northside/people?x=1', '/account#sessions'])
      expect(ownPath(path)).toBe(path)
    for (const path of [
      undefined,
      '',
      'x',
      'https://e.example',
      '//e.example',
      '/\\e.example',
      '/\n/e.example',
      'javascript:1',
    ])
      expect(ownPath(path)).toBe('/')
  })

  it('is escaped wherever a person typed it', async () => {
    const person = await test.addPerson('Xenia')
    const name = `<img src=x onerror=alert(1)>" '&`
    await person.post('/account/name', { name })
    const page = await person.get('/account')
    expect(page.text).not.toContain('<img')
    expect(page.text).toContain('value="&lt;img src=x onerror=alert(1)&gt;&quot; &#39;&amp;"')
  })
})

describe('an internal error', () => {
  it('shows a request number and nothing of the cause', async () => {
    const broken = await createTestApp()
    await broken.sql`alter table invitations rename to hidden`
    const page = await broken.cast.admin.get('/w/northside/people')
    expect(page.status).toBe(500)
    expect(page.text).toMatch(/Request ID: <code>[\w-]{36}<\/code>/)
    expect(page.text).not.toMatch(/invitations"|relation|postgres|at async|\.ts/)
  })
})

describe('times and sizes', () => {
  const now = Date.UTC(2026, 10, 23, 11, 0)
  const zurich = formats({ zone: 'Europe/Zurich', dates: european }, now)

  it('are written in the workspace’s time zone', () => {
    expect(zurich.when(new Date('2026-11-23T17:00:00.214Z'))).toBe('today 18:00')
    expect(zurich.exact(new Date('2026-11-23T17:00:00.214Z'))).toBe('18:00:00.214')
    expect(zurich.when(new Date('2026-11-23T23:30:00Z'))).toBe('tomorrow 00:30')
    expect(zurich.when(new Date('2026-11-22T22:59:00Z'))).toBe('yesterday 23:59')
    expect(zurich.when(new Date('2026-11-26T09:00:00Z'))).toBe('Thu 26 Nov 10:00')
    expect(zurich.day(new Date('2027-02-21T09:00:00Z'))).toBe('Sun 21 Feb 2027')
    expect(
      formats({ zone: 'America/New_York', dates: european }, now).time(
        new Date('2026-11-24T02:05:00Z'),
      ),
    ).toBe('21:05')
  })

  it('are written as the reader chose', () => {
    const at = new Date('2026-11-26T17:00:30.214Z')
    const styled = (hours: 12 | 24, dateOrder: 'mdy' | 'dmy' | 'ymd') => {
      const fmt = formats({ zone: 'UTC', dates: { hours, dateOrder, weekStart: 1 } }, now)
      return [fmt.when(at), fmt.clock(at), fmt.exact(at), fmt.date(at), fmt.field(at)]
    }
    expect(styled(12, 'mdy')).toEqual([
      ...['Thu, Nov 26, 5:00 PM', '5:00:30 PM', '5:00:30.214 PM', 'November 26, 2026', '17:00'],
    ])
    expect(styled(24, 'ymd')).toEqual([
      ...['Thu 2026-11-26 17:00', '17:00:30', '17:00:30.214', '2026-11-26', '17:00'],
    ])
    const tomorrow = formats({ zone: 'UTC', dates: usualStyle }, now)
    expect(tomorrow.when(new Date('2026-11-24T09:00:00Z'))).toBe('tomorrow, 9:00 AM')
    expect(tomorrow.clock(new Date('2026-11-24T00:00:00Z'))).toBe('12:00 AM')
  })

  it('begin with the habits of the browser’s language', () => {
    expect(styleOfLanguage('en-US,en;q=0.9')).toEqual({
      ...{ hours: 12, dateOrder: 'mdy', weekStart: 7 },
    })
    expect(styleOfLanguage('de-CH')).toEqual({ hours: 24, dateOrder: 'dmy', weekStart: 1 })
    expect(styleOfLanguage('sv')).toMatchObject({ hours: 24, dateOrder: 'ymd' })
    for (const odd of [undefined, '', '*', 'not a language', 'x'.repeat(5_000)])
      expect(styleOfLanguage(odd)).toEqual(usualStyle)
  })

  it('count days, not hours, across a clock change', () => {
    const evening = formats(
      { zone: 'Europe/Zurich', dates: european },
      Date.parse('2026-10-24T22:30:00Z'),
    )
    expect(evening.when(new Date('2026-10-25T22:45:00Z'))).toBe('today 23:45')
    expect(evening.when(new Date('2026-10-25T23:15:00Z'))).toBe('tomorrow 00:15')
  })

  it('are rounded the way people read them', () => {
    expect([0, 740, 38_000, 4_200_000, 1_000_000_000].map(zurich.bytes)).toEqual([
      '0 B',
      '740 B',
      '38 KB',
      '4.2 MB',
      '1 GB',
    ])
    expect([7_000, 83_000, 3_723_000].map(zurich.duration)).toEqual(['0:07', '1:23', '1:02:03'])
    expect(zurich.count(12945)).toBe('12,945')
  })
})
