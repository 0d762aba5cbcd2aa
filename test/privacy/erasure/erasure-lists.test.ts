import { beforeAll, describe, expect, test } from 'vitest'
import { createPerson, type Page } from '../../../local/people/person.ts'
import { compose, upload } from '../../../local/people/story.ts'
import { connectMeta, connectTiktok } from '../../support/connect.ts'
import { dumpEverything, type Everything, findTraces } from '../../support/everything.ts'
import { type Installed, install, untilPage } from '../../support/installed.ts'
import { listsOfIssuer, listsOfPerson, listsOnPage } from './erasure-dump.ts'
import { channelIn, leave, peopleOf, publish } from './people.ts'

let at: Installed
const { join, signIn, makeWorkspace, picture } = peopleOf(() => at)
beforeAll(async () => {
  at = await install()
  await at.control('PATCH', '/settings', {
    deauthorizeUrl: `${at.url}/callbacks/meta/deauthorize`,
    dataDeletionUrl: `${at.url}/callbacks/meta/data-deletion`,
    tiktokWebhookUrl: `${at.url}/callbacks/tiktok`,
  })
}, 120_000)
const dump = () => dumpEverything(at.sql, at.config.media.url)
const untilDone = (url: string): Promise<Page> =>
  untilPage(
    createPerson(at.url),
    url,
    // The address is kept until the last email has been sent.
    (page) =>
      page.text.includes('The deletion is complete') &&
      !page.text.includes('Your email address, encrypted'),
    60_000,
  )
const tracesIn = (all: Everything, words: string[]) => findTraces(all, at.config.media.url, words)
const publicStatus = async (mediaId: string): Promise<number> => {
  const [link] = await at.sql<
    { name: string }[]
  >`select name from media_links where media_id = ${mediaId} limit 1`
  return link ? (await fetch(`${at.url}/media/${link.name}`)).status : 0
}
const openAddress = async (mediaId: string): Promise<void> => {
  await at.sql`
    insert into media_links (name, media_id, workspace_id) select 'public-address-of-' || id || '.jpg', id, workspace_id from media where id = ${mediaId}`
}

describe.sequential('promise E3: the two lists on a status page match a dump of all tables, row by row', () => {
  test('for a member of a workspace that stays: their own files are deleted, and posts stay without name, file names and alt texts', async () => {
    const bea = await join('Bea', 'admin')
    const cem = await join('Cem')
    await connectTiktok(bea, 'northside', 'southside.club')
    const [alone, shared, scheduled] = [
      await upload(bea, 'northside', 'beas-own.jpg', await picture()),
      await upload(bea, 'northside', 'beas-shared.jpg', await picture()),
      await upload(bea, 'northside', 'beas-scheduled.jpg', await picture()),
    ]
    for (const id of [alone, shared]) await openAddress(id)
    const facebook = await channelIn(bea, 'northside', 'Northside Records')
    await publish(bea, 'northside', {
      channel: facebook,
      media: alone,
      [`alt.${alone}`]: 'Beas alt text',
    })
    await publish(cem, 'northside', { text: 'Cem uses it', channel: facebook, media: shared })
    const { url: waiting } = await compose(
      bea,
      'northside',
      {
        text: 'It would lose its file',
        channel: facebook,
        media: scheduled,
        time: '2099-11-26T10:00',
      },
      'Schedule',
    )
    await at.sql`update post_media set alt_text = 'Beas alt text' where media_id = ${alone}`
    await at.sql`
      insert into annotations (workspace_id, day, text, created_by)
      select id, current_date, 'Vinyl fair', ${bea.id} from workspaces where slug = 'northside'`
    const before = await dump()
    expect(await tracesIn(before, ['Beas alt text', 'beas-own', 'Bea Surname'])).not.toEqual([])

    const confirm = await leave(bea)
    expect(confirm.text).toMatch(/Kept ?Northside/)
    const { url } = await confirm.press('Delete account')
    const done = await untilDone(url)
    const after = await dump()
    expect(listsOnPage(done)).toEqual(listsOfPerson(before, after, bea.id))
    expect(listsOnPage(done)).toMatchObject({
      deleted: { files: 2, account: 1, tokens: 1 },
      kept: { posts: 2, files: 1, accounts: 1, notes: 1 },
    })
    expect(
      await tracesIn(after, [bea.id, 'Bea Surname', bea.email, 'beas-', 'Beas alt text']),
    ).toEqual([])
    expect([await publicStatus(alone), await publicStatus(shared)]).toEqual([410, 200])
    expect((await cem.open(waiting)).document.querySelector('.target .pill')?.textContent).toBe(
      'canceled',
    )
    const notices = await at.admin.open('/w/northside/notices')
    expect(notices.text).toMatch(
      /1 account was disconnected: a member deleted their CrateSocial account/,
    )
    expect(notices.text).toContain('1 scheduled post was canceled')
  }, 120_000)

  test('for a sole admin: the workspace is deleted with everything in it, also for its other members', async () => {
    const dana = await join('Dana')
    const emil = await join('Emil')
    await makeWorkspace('danas', [
      [dana.id, 'admin'],
      [emil.id, 'manager'],
    ])
    await at.control('POST', '/accounts/tiktok', { username: 'danas.tok' })
    await connectTiktok(dana, 'danas', 'danas.tok')
    const files = [
      await upload(dana, 'danas', 'danas.jpg', await picture()),
      await upload(emil, 'danas', 'emils.jpg', await picture()),
    ]
    const channel = await channelIn(dana, 'danas', 'danas.tok')
    const settings = { [`${channel}.privacy_level`]: 'SELF_ONLY', [`${channel}.consent`]: 'on' }
    await compose(
      emil,
      'danas',
      { text: 'Emils post', channel, media: files, time: '2099-11-26T10:00', ...settings },
      'Schedule',
    )
    const before = await dump()
    const { url } = await (await leave(dana)).press('Delete account')
    const done = await untilDone(url)
    const after = await dump()
    expect(listsOnPage(done)).toEqual(listsOfPerson(before, after, dana.id))
    expect(listsOnPage(done).deleted).toMatchObject({
      workspaces: 1,
      posts: 1,
      files: 2,
      accounts: 1,
      tokens: 1,
      logins: 1,
    })
    expect(await tracesIn(after, [dana.id, 'Dana Surname', 'danas', 'Emils post'])).toEqual([])
    expect((await emil.open('/w/danas/calendar')).status).toBe(404)
    expect((await emil.open('/account')).text).toContain('Emil Surname')
    const subjectsTo = (email: string) =>
      at.letters.filter(({ to }) => to === email).map(({ subject }) => subject)
    expect(subjectsTo(dana.email)).toEqual([
      'Your account is being deleted',
      'Your account was deleted',
    ])
    for (const letter of at.letters.filter(({ to }) => to === dana.email))
      expect(letter.text).toContain(url)
    expect(subjectsTo(emil.email)).toEqual(['The workspace Of danas is being deleted'])
  }, 120_000)

  test('for a person with two workspaces and a login that somebody else also uses: their own connections end, and the other one stays', async () => {
    const fay = await join('Fay')
    const gus = await join('Gus')
    for (const [slug, person] of [
      ['fay-one', fay],
      ['fay-two', fay],
      ['gus-one', gus],
    ] as const) {
      await makeWorkspace(slug, [[person.id, 'admin']])
      await connectMeta(person, slug, 'Ben Southside')
    }
    const before = await dump()
    const confirm = await leave(fay)
    expect(confirm.text).toMatch(/Not revoked ?Ben Southside at Meta/)
    const { url } = await confirm.press('Delete account')
    const done = await untilDone(url)
    const after = await dump()
    expect(listsOnPage(done)).toEqual(listsOfPerson(before, after, fay.id))
    expect(done.text).toContain('Tokens for Meta deleted, access kept')
    expect(listsOnPage(done).deleted).toMatchObject({ workspaces: 2, tokens: 2 })
    const grants = await at.sql`
      select g.state, g.access_token_sealed is not null as sealed from grants g join workspaces w on w.id = g.workspace_id where w.slug = 'gus-one'`
    expect(grants).toEqual([{ state: 'active', sealed: true }])
  }, 120_000)

  test('promise E4: "Delete account" in two tabs at the same moment, and in a third one later, leads to a single page', async () => {
    const ida = await join('Ida')
    const other = await signIn(ida.email)
    await makeWorkspace('idas', [[ida.id, 'admin']])
    await at.control('POST', '/accounts/tiktok', { username: 'idas.tok' })
    await connectTiktok(ida, 'idas', 'idas.tok')
    await upload(ida, 'idas', 'idas.jpg', await picture())
    const before = await dump()
    const tabs = [await leave(ida), await leave(other), await leave(ida)]
    const mailed = await ida.open('/account/leave')
    const [one, two] = await Promise.all(tabs.slice(0, 2).map((tab) => tab.press('Delete account')))
    expect(one!.url).toMatch(/\/data-deletion\/[0-9A-Z-]{24}$/)
    expect([two!.url, two!.status]).toEqual([one!.url, 200])
    // The first request has ended the session of its browser, and the deletion continues meanwhile.
    expect([
      (await tabs[2]!.press('Delete account')).url,
      (await mailed.press('Delete account')).url,
    ]).toEqual([one!.url, one!.url])
    const done = await untilDone(one!.url)
    expect((await tabs[1]!.press('Delete account')).url, 'also when all is over').toBe(one!.url)
    const after = await dump()
    expect(listsOnPage(done)).toEqual(listsOfPerson(before, after, ida.id))
    expect(await at.sql`select from deletion_requests where code_sealed is not null`).toHaveLength(
      0,
    )
    expect(await tracesIn(after, [ida.id, 'Ida Surname', ida.email, 'idas'])).toEqual([])
    const [request] = await at.sql<{ count: number }[]>`
      select count(*)::int from deletion_requests where asked_at >= (select max(asked_at) from deletion_requests) - interval '5 seconds'`
    expect(request!.count, 'one request').toBe(1)
  }, 120_000)

  test("promise E5: for Meta's request: everything from Meta is deleted, posts stay but cannot be sent again, and the members are notified", async () => {
    const facebook = await channelIn(at.admin, 'northside', 'Northside Records')
    const file = await upload(at.admin, 'northside', 'sleeve.jpg', await picture())
    const published = await publish(at.admin, 'northside', {
      text: 'It was out at Meta',
      channel: facebook,
      media: file,
    })
    const { url: ahead } = await compose(
      at.admin,
      'northside',
      { text: 'It is ahead', channel: facebook, time: '2099-11-26T10:00' },
      'Schedule',
    )
    const meta = (await at.control('GET', '/accounts/meta')) as {
      people: Record<string, { id: string; name: string }>
    }
    const person = Object.values(meta.people).find(({ name }) => name === 'Ada Northside')!.id
    // Meta reports the removal first, then sends the request. What the removal deletes at once
    // doesn't count for the request.
    await at.control('POST', `/accounts/meta/people/${person}/remove-app`, {})
    const before = await dump()
    const [answer] = (
      (await at.control('POST', `/accounts/meta/people/${person}/remove-app`, {
        deletionRequest: true,
      })) as {
        kind: string
        ok: boolean
        reply: string
      }[]
    ).filter(({ kind }) => kind === 'deletion')
    expect(answer?.ok).toBe(true)
    const done = await untilDone((JSON.parse(answer!.reply) as { url: string }).url)
    const after = await dump()
    expect(listsOnPage(done)).toEqual(listsOfIssuer(before, after, person))
    expect(done.text).toContain('didn’t come from Meta')
    expect(
      await at.sql`select from channels c left join grants g on g.id = c.grant_id where g.issuer = 'meta'
      and g.workspace_id = (select id from workspaces where slug = 'northside')`,
    ).toHaveLength(0)

    const post = await at.admin.open(published.url)
    expect(post.document.querySelector('.target .pill')?.textContent).toBe(
      'published, platform data deleted',
    )
    expect(post.html).not.toMatch(/>(Try again|Publish now|Edit|Continue editing|Schedule)</)
    const [target] = await at.sql<{ id: string }[]>`
      select t.id from targets t join posts p on p.id = t.post_id where p.text = 'It was out at Meta'`
    const again = await at.admin.request(
      `${new URL(published.url).pathname}/targets/${target!.id}/retry`,
      { method: 'POST' },
    )
    expect(again.status).toBeGreaterThanOrEqual(300)
    expect(await at.sql`select state from targets where id = ${target!.id}`).toEqual([
      { state: 'erased' },
    ])
    const out = (await at.ledger.posts()).filter(({ text }) => text === 'It was out at Meta')
    expect(out).toHaveLength(1)
    expect((await at.admin.open(ahead)).text).toContain('draft')
    const notices = await at.admin.open('/w/northside/notices')
    expect(notices.text).toContain('The data from Meta about')
    expect(notices.text).toContain('can’t be sent again')
    expect((await at.admin.open('/w/northside/activity')).text).toContain(
      'because the person asked for it there',
    )
  }, 120_000)
})
