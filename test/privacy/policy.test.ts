import { parseHTML } from 'linkedom'
import { beforeAll, describe, expect, it } from 'vitest'
import { sweep } from '../../activities/privacy/retention.ts'
import { revocationDays } from '../../db/channels/revocations.ts'
import { keptData } from '../../db/privacy/kept/kept-data.ts'
import { platformData } from '../../db/privacy/kept/kept-platform-data.ts'
import { rules } from '../../db/privacy/retention.ts'
import { insertSweep } from '../../db/privacy/sweeps.ts'
import { createPlatforms, issuerModules } from '../../platforms/index.ts'
import { policyVersions } from '../../web/privacy/policy.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { testConfig } from '../support/config.ts'
import { operatorEnv } from '../support/programs/operator-env.ts'
import { createTestTemporal } from '../support/servers/temporal.ts'

const named = {
  ...operatorEnv,
  CONTACT_EMAIL: 'questions@installation.example',
  MAIL_PROVIDER: 'Example Mail GmbH, Germany',
  SUPERVISORY_AUTHORITY: 'the Commissioner in Bern',
  BACKUP_DAYS: '14',
}
let test: TestApp
beforeAll(async () => {
  test = await createTestApp({ config: testConfig(named) })
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
const read = async (path = '/privacy') => {
  const page = await test.browser().get(path)
  // Separates the words of cells and lines.
  const { document } = parseHTML(page.text.replace(/<\/(td|th|p|h\d|strong)>/g, ' $&'))
  const textOf = (one: { textContent: string | null } | null) =>
    (one?.textContent ?? '').replace(/\s+/g, ' ').trim()
  const texts = (selector: string) =>
    [...document.querySelectorAll(selector)].map((one) => textOf(one as never))
  return { page, document, texts, text: textOf(document.querySelector('main') as never) }
}
const ofSection = async (id: string) => {
  const { document } = await read()
  return (document.querySelector(`section[aria-labelledby="${id}"]`)?.textContent ?? '').replace(
    /\s+/g,
    ' ',
  )
}
const note = async (rule: string, more: { removed?: number; oldestLeftAt?: Date } = {}) => {
  const at = new Date(test.deps.now())
  await insertSweep(test.sql, {
    rule,
    removed: 0,
    leftCount: 4711,
    oldestLeftAt: null,
    durationMs: 1,
    at,
    ...more,
  })
  test.clock.moveBy(61_000) // the page may be cached for a minute
}

describe('the privacy policy', () => {
  it('promise L1: is public, and has its eleven sections, a table of contents with links, a version and a date', async () => {
    const { page, document, texts, text } = await read()
    expect(page.status).toBe(200)
    expect(texts('.policy > section > h2')).toEqual(
      sections.map((title, index) => `${index + 1}. ${title}`),
    )
    const links = [...document.querySelectorAll('.beside .contents a')].map(
      (link) => link.getAttribute('href') ?? '',
    )
    expect(links).toHaveLength(11)
    expect(links.map((link) => document.querySelector(link)?.tagName)).toEqual(
      links.map(() => 'H2'),
    )
    const [newest] = policyVersions
    const updated = new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeZone: 'UTC' }).format(
      new Date(newest.publishedOn),
    )
    expect(text).toContain(`Version ${newest.version} · Last updated ${updated}.`)
  })

  it('promise L1: states every retention time of the retention rules, with the technical ones collapsed', async () => {
    const { document, text } = await read()
    for (const { keep, promise } of rules)
      if (/^R/.test(promise ?? '')) expect(await ofSection('keep')).toContain(keep)
    const folded = document.querySelector('#keep ~ details')
    expect(folded?.hasAttribute('open')).toBe(false)
    for (const { what, keep, after, promise } of rules)
      if (!/^R\d/.test(promise ?? ''))
        expect((folded?.textContent ?? '').replace(/\s+/g, ' ')).toContain(
          `${what} ${keep} after ${after}`,
        )
    expect(text).toContain(`for at most ${revocationDays} days`)
  })

  it('promise L1: shows the last check below each promise, with its date and yes or no, and counts for operators only', async () => {
    expect(await ofSection('keep')).toContain('Not checked yet:')
    const { client } = await createTestTemporal()
    for (const rule of rules) await sweep({ ...test.deps, client }, rule)
    await note('check-passwords')
    const kept = await ofSection('keep')
    expect(kept).toMatch(
      /Uploaded photos and videos 90 days .*? Checked today, \d{1,2}:\d\d [AP]M: yes, nothing is kept longer/,
    )
    expect(await ofSection('protect')).toMatch(
      /salted hashes.*?Checked today, \d{1,2}:\d\d [AP]M: yes/,
    )
    expect((await read()).page.text).not.toContain('4711')
    expect((await test.cast.operator.get('/promises')).text).toContain(
      'stored passwords that are Argon2id hashes: 4711 of 4711',
    )
  })

  it('promise L1: says if a check has failed or is overdue', async () => {
    await note('check-passwords', { removed: 1 })
    expect(await ofSection('protect')).toMatch(
      /Failed today, \d{1,2}:\d\d [AP]M: no, not everywhere\. The operator sees this/,
    )
    expect((await test.cast.operator.get('/operate')).text).toContain('4710 of 4711')
    await note('media', { oldestLeftAt: new Date(test.deps.now() - 92 * 86_400_000) })
    expect(await ofSection('keep')).toMatch(
      /Failed today, \d{1,2}:\d\d [AP]M: something was kept longer/,
    )
    await note('media', { oldestLeftAt: new Date(test.deps.now() - 89 * 86_400_000) })
    expect(await ofSection('keep')).not.toContain('Failed')
    test.clock.moveBy(3 * 86_400_000)
    expect(await ofSection('keep')).toMatch(
      /Last checked [A-Z][a-z]{2} \d+, \d{1,2}:\d\d [AP]M: yes/,
    )
    test.clock.moveBy(-3 * 86_400_000 - 61_000 * 5)
  })

  it('promise L2: lists every permission that the code requests in one section, with reason, place and retention time, and everything stored', async () => {
    const { document, texts } = await read()
    const { issuers } = createPlatforms(testConfig())
    const asked = [...issuers.values()].flatMap((issuer) => issuer.scopes)
    expect(asked.length).toBeGreaterThan(12)
    const rows = [...document.querySelectorAll('section[aria-labelledby="platforms"] tr')].map(
      (row) => [...row.querySelectorAll('td')].map((cell) => (cell.textContent ?? '').trim()),
    )
    for (const { name, purpose, seenIn } of asked)
      expect(rows.filter((row) => row[0] === name)).toEqual([
        [name, purpose, seenIn, expect.stringMatching(/^(Until|As long|24)/)],
      ])
    for (const { stored } of issuerModules.map(({ policy }) => policy))
      for (const [id, words] of Object.entries(stored)) {
        const item = platformData.find((one) => one.id === id)
        expect(item, id).toBeDefined()
        expect(rows.filter((row) => row[0] === words).length, words).toBeGreaterThan(0)
      }
    for (const { columns } of platformData)
      for (const column of columns) expect(texts('#platforms ~ details code')).toContain(column)
  })

  it('promise D5, A8: states each purpose, the five groups of data, and what is never done with data', async () => {
    expect((await read()).texts('.groups > li > strong')).toEqual([
      'Account data',
      'Session data',
      'Content',
      'Data from Meta',
      'Data from TikTok',
    ])
    const why = await ofSection('why')
    for (const item of keptData) expect(why).toContain(`${item.what} ${item.why}`)
    for (const words of ['never sold or resold', 'no ads', 'data brokers', 'no profiles'])
      expect(why).toContain(words)
  })

  it('promise S5, L4: names the operator, the providers, the authority and the retention times configured for this installation', async () => {
    const { document, text } = await read()
    expect(
      document.querySelector('section[aria-labelledby="contact"] a')?.getAttribute('href'),
    ).toBe('mailto:questions@installation.example')
    for (const words of [
      operatorEnv.OPERATOR_NAME,
      operatorEnv.OPERATOR_ADDRESS,
      named.SUPERVISORY_AUTHORITY,
      'At most 14 days',
    ])
      expect(text).toContain(words)
    expect(await ofSection('protect')).toContain(
      `runs on the operator’s own server, hosted by ${operatorEnv.HOSTING_PROVIDER}`,
    )
    const sharing = await ofSection('sharing')
    expect(sharing).toContain(`${named.MAIL_PROVIDER} delivers the emails`)
    expect(sharing).not.toContain('Temporal')
    for (const path of ['/data-deletion', '/data-deletion/ABCD-ABCD-ABCD-ABCD-ABCD', '/terms'])
      expect((await test.browser().get(path)).text).toContain('questions@installation.example')
    expect(testConfig().mail.contact).toBe('privacy@cratesocial.net')
  })

  it('promise E1, E2, E3: explains all rights, the limit of one month for a response, and where to complain', async () => {
    const rights = await ofSection('rights')
    for (const words of [
      'Access',
      'Correction',
      'Deletion',
      'Objection',
      'Withdrawal',
      'within one month',
      'complain to',
    ])
      expect(rights).toContain(words)
  })

  it('promise A7: says how long the only cookie lasts', async () => {
    const cookies = await ofSection('cookies')
    for (const words of [
      '__Host-session',
      '14 days without use',
      'after 90 days',
      'Secure and HttpOnly',
      'strictly necessary',
    ])
      expect(cookies).toContain(words)
  })
})
