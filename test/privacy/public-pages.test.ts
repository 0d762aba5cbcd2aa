import { parseHTML } from 'linkedom'
import { beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { testConfig } from '../support/config.ts'
import { operatorEnv } from '../support/programs/operator-env.ts'

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

describe('the other public pages', () => {
  it('promise E3, E4: say the same as the policy about what is deleted and kept', async () => {
    const [request, policy] = [await read('/data-deletion'), await read()]
    const lists = (of: typeof request) =>
      of
        .texts('main li')
        .filter((item) => /^(Your account:|Posts that are already|Backups made)/.test(item))
    expect(lists(request)).toHaveLength(3)
    expect(lists(policy)).toEqual(lists(request))
    for (const page of [request, policy])
      for (const words of [
        'already published stay on Facebook',
        'for at most 14 days',
        'immediately after “Send request”',
      ])
        expect(page.text).toContain(words)
  })

  it("include terms of service: a default text with the name of the operator, or the operator's own text", async () => {
    const ofDefault = await read('/terms')
    expect(ofDefault.page.status).toBe(200)
    expect(ofDefault.text).toContain(`between you and ${operatorEnv.OPERATOR_NAME}`)
    const config = testConfig(named)
    const terms = '# Our <b>rules</b>\n\nBe kind\nto each other.\n\nPay on time.\n'
    const own = await createTestApp({
      config: { ...config, operator: { ...config.operator, terms } },
    })
    const { document } = parseHTML((await own.browser().get('/terms')).text)
    expect(document.querySelector('main h2')?.textContent).toBe('Our <b>rules</b>')
    expect(
      [...document.querySelectorAll('main p')].slice(0, 2).map((one) => one.textContent),
    ).toEqual(['Be kind to each other.', 'Pay on time.'])
  })

  it('promise E4: do not let anyone flood a mailbox with deletion emails, and respond in the same way to all addresses', async () => {
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
      'one for each request that was taken, of the known address only: nobody can end a link that somebody else asked for',
    ).toHaveLength(3)
  })

  it('promise L1, E4: all link to the policy, the terms and the deletion page', async () => {
    const { admin, operator, stranger } = test.cast
    const visits = [
      ...['/', '/sign-in', '/privacy', '/data-deletion', '/password-reset', '/nowhere'].map(
        (path) => [stranger, path] as const,
      ),
      ...['/account', '/w/northside/today', '/w/northside/calendar', '/w/northside/people'].map(
        (path) => [admin, path] as const,
      ),
      [operator, '/operate'] as const,
      [operator, '/promises'] as const,
    ]
    for (const [who, path] of visits) {
      const foot = parseHTML((await who.get(path)).text).document.querySelector('footer')
      const links = [...(foot?.querySelectorAll('a[href^="/"]') ?? [])].map((link) =>
        link.getAttribute('href'),
      )
      expect([path, links]).toEqual([path, ['/privacy', '/terms', '/data-deletion']])
    }
  })
})
