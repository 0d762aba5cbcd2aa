import { parseHTML } from 'linkedom'
import { beforeAll, describe, expect, it } from 'vitest'
import { sweep } from '../../activities/retention.ts'
import { rules } from '../../db/retention.ts'
import { policyVersions } from '../../web/policy.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { testConfig } from '../support/config.ts'
import { createTestTemporal } from '../support/temporal.ts'

let test: TestApp
beforeAll(async () => {
  test = await createTestApp({ config: testConfig({ CONTACT_EMAIL: 'questions@installation.example' }) })
})

const sections = [
  'Who we are',
  'What data we collect',
  'How and why we use it',
  'Data from Meta and TikTok',
  'How long we keep it',
  'How we protect it',
  'Your rights and data deletion',
  'Cookies',
  'Sharing and third parties',
  'Changes to this policy',
  'Contact',
]
const read = async () => {
  const page = await test.browser().get('/privacy')
  const { document } = parseHTML(page.text)
  const texts = (selector: string) =>
    [...document.querySelectorAll(selector)].map((one: { textContent: string | null }) => (one.textContent ?? '').trim())
  return { page, document, texts }
}

describe('the privacy policy', () => {
  it('promise L1: is public, has its eleven sections, a list of contents that leads to them, a version and a date', async () => {
    const { page, document, texts } = await read()
    expect(page.status).toBe(200)
    expect(texts('.policy > h2')).toEqual(sections.map((title, index) => `${index + 1}. ${title}`))
    const links = [...document.querySelectorAll('.contents a')].map(
      (link: { getAttribute(name: string): string | null }) => link.getAttribute('href') ?? '',
    )
    expect(links).toHaveLength(11)
    expect(links.map((link) => document.querySelector(link)?.tagName)).toEqual(links.map(() => 'H2'))
    expect(texts('.contents a')).toEqual(texts('.policy > h2'))
    const [, day] = /^\d{4}-(\d\d-\d\d)$/.exec(policyVersions[0].publishedOn) ?? []
    expect(day).toBeDefined()
    const updated = new Date(policyVersions[0].publishedOn).toLocaleDateString('en-GB', {
      day: 'numeric',
      month: 'long',
      year: 'numeric',
      timeZone: 'UTC',
    })
    expect(texts('.lead').join(' ')).toContain(`Version ${policyVersions[0].version} · last updated ${updated}`)
  })

  it('promise L1: prints every term as the table of terms has it, and what its last sweep found', async () => {
    const rule = rules.find((one) => one.name === 'sessions')!
    const before = (await read()).texts('.policy').join(' ')
    for (const { keep } of rules) expect(before).toContain(keep)
    expect(before).toContain('not checked yet on this installation')
    const { client } = await createTestTemporal()
    await sweep({ sql: test.sql, mediaStore: test.deps.mediaStore, client, now: test.deps.now }, rule)
    test.clock.moveBy(61_000) // what is shown may be a minute old
    expect((await read()).texts('.policy').join(' ')).toMatch(
      /Sessions\s*1 day after they ended[^.]*checked today \d\d:\d\d: 0 sessions removed/,
    )
  })

  it('promise L2: one section lists all data of the platforms, each with its use, and no other section adds to it', async () => {
    const { document } = await read()
    const table = document.querySelector('#platforms ~ table')?.textContent ?? ''
    for (const kept of [
      'access tokens',
      'ids of Facebook Pages and Instagram professional accounts',
      'name and handle of the connected account',
      'reach, impressions or views, likes, comments, shares, saves',
      'follower counts',
      'snapshots',
      'refresh token (about 365 days)',
      'open ids',
      'creator information',
    ])
      expect(table).toContain(kept)
  })

  it('promise L4: says whom to write to, as this installation has set it, and so does every page of deletion', async () => {
    const { document } = await read()
    expect(document.querySelector('#contact ~ p a')?.getAttribute('href')).toBe('mailto:questions@installation.example')
    for (const path of ['/data-deletion', '/data-deletion/ABCD-ABCD-ABCD-ABCD-ABCD'])
      expect((await test.browser().get(path)).text).toContain('questions@installation.example')
    expect(testConfig().mail.contact).toBe('privacy@cratesocial.net')
  })

  it('promise E4: nobody can flood a mailbox from the page of deletion, and what it answers tells no address from another', async () => {
    const ask = (email: string) => test.browser().post('/data-deletion', { email })
    const answers: string[][] = []
    for (const email of [test.cast.admin.email, 'nobody.at.all@example.com']) {
      const one: string[] = []
      for (let time = 0; time < 4; time++) {
        const { status, text } = await ask(email)
        one.push(`${status} ${text.replaceAll(email, '')}`)
      }
      answers.push(one)
    }
    expect(answers[0]!.map((answer) => answer.slice(0, 3))).toEqual(['200', '200', '200', '429'])
    expect(answers[1]).toEqual(answers[0])
    expect(
      await test.sql`select from mail_links where purpose = 'deletion'`,
      'the newest of three, of the address that is known',
    ).toHaveLength(1)
  })

  it('promise L1, E4: stands in the footer of every page, beside the way to deletion', async () => {
    const { admin, operator, stranger } = test.cast
    const visits = [
      ...['/', '/sign-in', '/privacy', '/data-deletion', '/password-reset', '/nowhere'].map((path) => [stranger, path] as const),
      ...['/account', '/w/northside/today', '/w/northside/calendar', '/w/northside/people'].map((path) => [admin, path] as const),
      [operator, '/operate'] as const,
      [operator, '/promises'] as const,
    ]
    for (const [who, path] of visits) {
      const foot = parseHTML((await who.get(path)).text).document.querySelector('footer')
      const links = [...(foot?.querySelectorAll('a') ?? [])].map((link: { getAttribute(name: string): string | null }) =>
        link.getAttribute('href'),
      )
      expect([path, links]).toEqual([path, ['/privacy', '/data-deletion']])
    }
  })
})
