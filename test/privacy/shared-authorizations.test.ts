import { beforeAll, describe, expect, test } from 'vitest'
import { createPerson, type Page, type Person } from '../../local/people/person.ts'
import { acceptInvitation, channelsIn, invite, password } from '../../local/people/story.ts'
import { connectMeta } from '../support/connect.ts'
import { type Installed, install, untilPage } from '../support/installed.ts'

/** Ada (northside) and Bea (her own workspace) connect the same person at Meta. */
let at: Installed
let bea: Person
beforeAll(async () => {
  at = await install()
  await at.control('PATCH', '/settings', {
    deauthorizeUrl: `${at.url}/callbacks/meta/deauthorize`,
    tiktokWebhookUrl: `${at.url}/callbacks/tiktok`,
  })
  bea = await ownWorkspace('Bea Benson', 'bea')
  await connectMeta(bea, 'bea', 'Ada Northside')
}, 120_000)

const ownWorkspace = async (name: string, slug: string): Promise<Person> => {
  const person = createPerson(at.url)
  await acceptInvitation(
    person,
    await invite(at.admin, 'northside', 'manager'),
    name,
    `${slug}@example.com`,
  )
  const make = await at.admin.open('/operate')
  await make.press('Create workspace', { name: `Of ${slug}`, slug, zone: 'UTC' })
  await at.sql`
    update memberships set user_id = (select id from users where email = ${`${slug}@example.com`})
    where workspace_id = (select id from workspaces where slug = ${slug})`
  return person
}

const grantsAtMeta = () => at.sql<
  { slug: string; state: string; reason: string | null; connected: number }[]
>`
  select w.slug, g.state, g.state_reason as reason,
    (select count(*)::int from channels c where c.grant_id = g.id and c.state = 'connected') as connected
  from grants g join workspaces w on w.id = g.workspace_id where g.issuer = 'meta' order by w.slug`

/** The authorization at Meta. Null if the app isn't authorized. */
const authorizationAtMeta = async (): Promise<unknown> => {
  const meta = (await at.control('GET', '/accounts/meta')) as {
    people: Record<string, { name: string; grant: unknown }>
  }
  return Object.values(meta.people).find((person) => person.name === 'Ada Northside')?.grant ?? null
}

const openLeaving = async (person: Person): Promise<Page> => {
  const page = await person.open('/account/leave')
  return page.text.includes('Connections you made')
    ? page
    : page.press('Continue', { confirm_password: password })
}

describe.sequential('one person at Meta, connected by two people here', () => {
  test('promise E3, R2: erasing one of them leaves the connection of the other working, and both pages say so', async () => {
    const [before] = (await grantsAtMeta()).filter(({ slug }) => slug === 'northside')
    const confirm = await openLeaving(bea)
    expect(confirm.text).toMatch(/Not revoked ?Ada Northside at Meta/)
    expect(confirm.text).toContain('That connection keeps working')
    const { url } = await confirm.press('Delete account')
    await untilPage(createPerson(at.url), url, (page) =>
      page.text.includes('The deletion is complete'),
    )
    expect(await at.sql`select from workspaces where slug = 'bea'`).toHaveLength(0)
    expect(await grantsAtMeta()).toEqual([before])
    expect(before).toMatchObject({ state: 'active', reason: null })
    expect(await authorizationAtMeta()).not.toBeNull()
    // By now, Meta would have reported a revocation.
    await (await at.admin.open('/w/northside/channels')).press('Check now')
    expect((await at.admin.open('/w/northside/channels')).text).not.toMatch(
      /removed CrateSocial|needs reconnecting/,
    )
    expect(
      await at.sql`select from revocations where state = 'pending' or access_token_sealed is not null`,
    ).toHaveLength(0)
    expect(await at.sql`select state from revocations`).toEqual([{ state: 'kept' }])
  }, 60_000)

  test('promise R2: the last connection of that person is revoked at Meta when it is disconnected', async () => {
    const composer = await at.admin.open('/w/northside/posts/new')
    for (const { id, label } of channelsIn(composer).filter(
      (one) => !one.label.includes('TikTok'),
    )) {
      const question = await at.admin.open(`/w/northside/channels/${id}/disconnect`)
      expect([label, question.status]).toEqual([label, 200])
      await question.press('Disconnect', { history: 'keep' })
    }
    await untilPage(at.admin, '/w/northside/channels', (page) =>
      page.text.includes('Meta confirmed that access is revoked'),
    )
    expect(await authorizationAtMeta()).toBeNull()
  }, 60_000)
})
