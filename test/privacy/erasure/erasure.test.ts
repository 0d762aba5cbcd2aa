import { beforeAll, describe, expect, test } from 'vitest'
import { makeJpeg } from '../../../local/media/media-files.ts'
import { createPerson, type Person } from '../../../local/people/person.ts'
import { acceptInvitation, channelsIn, invite, upload } from '../../../local/people/story.ts'
import { connectMeta, connectTiktok } from '../../support/connect.ts'
import { dumpEverything, findTraces, goneSince } from '../../support/everything.ts'
import { type Installed, install, untilPage } from '../../support/installed.ts'
import { mailedLink } from '../../support/letters.ts'

let at: Installed
let bea: Person
let cem: Person
beforeAll(async () => {
  at = await install()
  await at.control('PATCH', '/settings', {
    deauthorizeUrl: `${at.url}/callbacks/meta/deauthorize`,
    dataDeletionUrl: `${at.url}/callbacks/meta/data-deletion`,
  })
  bea = createPerson(at.url)
  await acceptInvitation(
    bea,
    await invite(at.admin, 'northside', 'admin'),
    'Bea Benson',
    'bea@example.com',
  )
  cem = createPerson(at.url)
  await acceptInvitation(
    cem,
    await invite(at.admin, 'northside', 'manager'),
    'Cem Caner',
    'cem@example.com',
  )
  // Bea has a workspace of her own, with a TikTok account, a file and posts. She also uploads to
  // the shared one.
  await at.admin
    .open('/operate')
    .then((page) => page.press('Create workspace', { name: 'Bea alone', slug: 'bea', zone: 'UTC' }))
  const [mine] = await at.sql<{ id: string }[]>`select id from workspaces where slug = 'bea'`
  const [person] = await at.sql<
    { id: string }[]
  >`select id from users where email = 'bea@example.com'`
  await at.sql`delete from memberships where workspace_id = ${mine!.id}`
  await at.sql`insert into memberships (workspace_id, user_id, role) values (${mine!.id}, ${person!.id}, 'admin')`
  // She is the only admin of another workspace, with Cem as a manager.
  await at.admin
    .open('/operate')
    .then((page) =>
      page.press('Create workspace', { name: 'Handed over', slug: 'handed', zone: 'UTC' }),
    )
  await at.sql`delete from memberships where workspace_id = (select id from workspaces where slug = 'handed')`
  await at.sql`
    insert into memberships (workspace_id, user_id, role)
    select w.id, u.id, case when u.email like 'bea@%' then 'admin' else 'manager' end
    from workspaces w, users u where w.slug = 'handed' and u.email in ('bea@example.com', 'cem@example.com')`
  await connectTiktok(bea, 'bea', 'southside.club')
  await connectMeta(bea, 'bea', 'Ben Southside')
  const file = await upload(
    bea,
    'bea',
    'beas-sleeve.jpg',
    await makeJpeg({ width: 1080, height: 1080, color: '#334455' }),
  )
  await upload(
    bea,
    'northside',
    'shared-sleeve.jpg',
    await makeJpeg({ width: 1080, height: 1080, color: '#665544' }),
  )
  const composer = await bea.open('/w/bea/posts/new')
  const page = channelsIn(composer).find(({ label }) => label.endsWith('Southside Club'))
  await composer.press('Schedule', {
    text: 'Bea says later',
    channel: page!.id,
    media: file,
    time: '2099-11-26T10:00',
  })
}, 120_000)

describe('deletion requests', () => {
  test('promise E3, E4: a person asks without signing in, confirms by email, and exactly their data is deleted, with each step on the page', async () => {
    const before = await dumpEverything(at.sql, at.config.media.url)
    expect(
      await findTraces(before, at.config.media.url, [
        'Bea Benson',
        'bea@example.com',
        'Bea says later',
      ]),
    ).not.toEqual([])
    const stranger = createPerson(at.url)
    const form = await stranger.open('/data-deletion')
    const asked = await form.press('Email me the link', { email: 'bea@example.com' })
    const unknown = await form.press('Email me the link', { email: 'nobody@example.com' })
    expect(unknown.text).toBe(asked.text)
    const link = await mailedLink(at.letters, 'bea@example.com')
    expect((await stranger.open(link)).text).toMatch(
      /Deleted ?Handed over.*1 other member loses access.*make one of them an admin first/,
    )
    await (await bea.open('/w/handed/people')).press('Make admin')
    const confirm = await stranger.open(link)
    expect(confirm.text).toMatch(/Kept ?Handed over/)
    expect(confirm.text).toContain('Bea alone')
    expect(confirm.text).toMatch(/Kept.*Northside.*It belongs to its other members too/)
    await silenceTiktok(true)
    const status = await confirm.press('Delete account')
    expect(status.url).toMatch(/\/data-deletion\/[0-9A-Z-]{24}$/)
    // TikTok is down. Everything else continues, and the page says what is waiting.
    const waiting = await untilPage(stranger, status.url, (page) =>
      page.text.includes('isn’t answering'),
    )
    expect(waiting.text).toMatch(/Scheduled posts canceled ?1 post won’t be published/)
    await untilPage(stranger, status.url, (page) => page.text.includes('Account deleted'))
    expect(
      await at.sql`select from grants where state <> 'ended' and workspace_id in (select id from workspaces where slug = 'bea')`,
    ).toHaveLength(0)
    await silenceTiktok(false)
    const done = await untilPage(
      stranger,
      status.url,
      (page) => page.text.includes('The deletion is complete'),
      60_000,
    )
    expect(done.text).not.toMatch(/Bea|bea@/)
    const after = await dumpEverything(at.sql, at.config.media.url)
    expect(
      await findTraces(after, at.config.media.url, [
        'Bea Benson',
        'bea@example.com',
        'Bea says later',
        'beas-sleeve',
        'Bea alone',
      ]),
    ).toEqual([])
    const gone = goneSince(before, after)
    // Bea's three memberships, and Cem's as a manager.
    expect(gone.tables).toMatchObject({
      users: 1,
      workspaces: 1,
      memberships: 4,
      posts: 1,
      media: 2,
    })
    // Two pictures with their thumbnails, medium pictures and uploads. One is in the shared workspace
    // and no one else used it.
    expect(gone.files).toBe(8)
    const people = await at.sql<{ name: string }[]>`select name from users order by name`
    expect(people.map(({ name }) => name)).toEqual(['Ada', 'Cem Caner'])
    expect((await cem.open('/w/northside/media')).text).not.toContain('shared-sleeve.jpg')
    expect((await cem.open('/w/handed/people')).text).toMatch(/Cem Caner.*admin/)
  }, 120_000)

  test('promise E5: a person who removes the app at the platform and presses "send request" gets a page that follows the deletion to its end', async () => {
    const [record] = (
      (await at.control('POST', `/accounts/meta/people/${await personAtMeta()}/remove-app`, {
        deletionRequest: true,
      })) as {
        kind: string
        ok: boolean
        problem: string | null
        reply: string
      }[]
    ).filter((one) => one.kind === 'deletion')
    expect(record).toMatchObject({ ok: true, problem: null })
    const { url } = JSON.parse(record!.reply) as { url: string }
    await untilPage(createPerson(at.url), url, (page) =>
      page.text.includes('The deletion is complete'),
    )
    const left =
      await at.sql`select from channels c join grants g on g.id = c.grant_id where g.issuer = 'meta'`
    expect(left).toHaveLength(0)
  }, 60_000)

  test("promise E5: a request without the platform's signature is refused, records an event and starts nothing", async () => {
    const before = await at.sql`select id from deletion_requests`
    const body = new URLSearchParams({ signed_request: 'aaaa.bbbb' })
    const answer = await fetch(`${at.url}/callbacks/meta/data-deletion`, { method: 'POST', body })
    expect(answer.status).toBe(400)
    const events =
      await at.sql`select workspace_id, user_id, facts from events where name = 'callback.refused'`
    expect(events).toEqual([
      { workspaceId: null, userId: null, facts: { issuer: 'meta', path: '/data-deletion' } },
    ])
    expect(await at.sql`select id from deletion_requests`).toEqual(before)
  })
})

const personAtMeta = async (): Promise<string> => {
  const [grant] = await at.sql<
    { issuerUserId: string }[]
  >`select issuer_user_id from grants where issuer = 'meta' and state = 'active' and user_name = 'Ada Northside'`
  return grant!.issuerUserId
}

/** Makes TikTok's revocation calls fail until it is called with false. */
const silenceTiktok = async (silent: boolean): Promise<void> => {
  const fault = {
    platform: 'tiktok',
    endpoint: 'oauth/revoke',
    when: 'before',
    kind: 'html503',
    times: 1_000,
  }
  if (silent) await at.control('POST', '/faults', fault)
  else await at.control('DELETE', '/faults')
}
