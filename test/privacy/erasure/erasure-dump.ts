import type { Page } from '../../../local/people/person.ts'
import type { Everything } from '../../support/everything.ts'

/**
 * Finds what a deletion request deleted and kept, from dumps of all tables before and after. Shares
 * no code with the product's counting.
 */

type Row = Record<string, unknown>
export type Lists = { deleted: Record<string, number>; kept: Record<string, number> }

const table = (all: Everything, name: string): Map<string, Row> =>
  new Map(
    [...all.rows]
      .filter(([key]) => key.startsWith(`${name} `))
      .map(([key, row]) => [key, JSON.parse(row) as Row]),
  )

const accessTables = [
  ...['sessions', 'password_resets', 'mail_links', 'connections_under_way'],
  ...['authenticator_apps', 'passkeys', 'recovery_codes'],
]

/**
 * The rows of a table in `before` that match `is`, each with its row in `after` (undefined if
 * deleted).
 */
const fates = (
  before: Everything,
  after: Everything,
  name: string,
  is: (row: Row) => boolean = () => true,
) => {
  const later = table(after, name)
  return [...table(before, name)]
    .filter(([, row]) => is(row))
    .map(([key, row]) => ({ row, now: later.get(key) }))
}
const gone = (before: Everything, after: Everything, names: string[]): number =>
  names.flatMap((name) => fates(before, after, name)).filter(({ now }) => !now).length

const positive = (counts: Record<string, number>) =>
  Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))

/** For a person's request. */
export const listsOfPerson = (before: Everything, after: Everything, userId: string): Lists => {
  const doomed = new Set(
    fates(before, after, 'workspaces').flatMap(({ row, now }) => (now ? [] : [row.id])),
  )
  const grants = fates(
    before,
    after,
    'grants',
    (row) => row.connected_by === userId || doomed.has(row.workspace_id),
  )
  const channels = fates(before, after, 'channels', (row) =>
    grants.some((grant) => grant.row.id === row.grant_id),
  )
  const sent = fates(before, after, 'targets', (row) =>
    channels.some(({ row: channel }) => channel.id === row.channel_id),
  )
  const media = fates(before, after, 'media', (row) => row.files_removed_at === null)
  const named = fates(before, after, 'media', (row) => row.uploaded_by === userId)
  const altTexts = [...table(before, 'post_media').values()].filter((row) => {
    const own = fates(
      before,
      after,
      'posts',
      (post) => post.id === row.post_id && post.created_by === userId,
    )[0]
    return row.alt_text !== '' && own?.now
  })
  return {
    deleted: positive({
      account: fates(before, after, 'users', (row) => row.id === userId).filter(({ now }) => !now)
        .length,
      access: gone(before, after, accessTables),
      memberships: gone(before, after, ['memberships', 'invitations']),
      notifications: gone(before, after, ['notices', 'events', 'policy_letters']),
      exports: gone(before, after, ['exports']),
      tokens: grants.filter(
        ({ row, now }) => row.access_token_sealed !== null && !now?.access_token_sealed,
      ).length,
      logins: grants.filter(({ row, now }) => row.issuer_user_id !== now?.issuer_user_id).length,
      accounts: gone(before, after, ['channels']),
      posts: gone(before, after, ['posts', 'unsaved_edits']),
      workspaces: doomed.size,
      files: media.filter(({ now }) => !now || now.files_removed_at !== null).length,
      names:
        named.filter(({ row, now }) => now && now.file_name !== row.file_name).length +
        altTexts.length,
    }),
    kept: positive({
      published: sent.filter(({ row }) => row.published_at !== null).length,
      posts: fates(before, after, 'posts', (row) => row.created_by === userId).filter(
        ({ now }) => now,
      ).length,
      files: named.filter(({ now }) => now && now.purged_at === null).length,
      accounts: channels.filter(({ now }) => now).length,
      notes: fates(before, after, 'annotations', (row) => row.created_by === userId).filter(
        ({ now }) => now,
      ).length,
      log: fates(before, after, 'events', (row) => row.user_id === userId).filter(({ now }) => now)
        .length,
    }),
  }
}

/** For a request about the data from a platform account. */
export const listsOfIssuer = (
  before: Everything,
  after: Everything,
  issuerUserId: string,
): Lists => {
  const grants = fates(before, after, 'grants', (row) => row.issuer_user_id === issuerUserId)
  const channels = fates(before, after, 'channels', (row) =>
    grants.some((grant) => grant.row.id === row.grant_id),
  )
  const onThem = (row: Row) => channels.some(({ row: channel }) => channel.id === row.channel_id)
  const targets = fates(before, after, 'targets', onThem)
  const posts = new Set(targets.map(({ row }) => row.post_id))
  const files = new Set(
    fates(before, after, 'post_media', (row) => posts.has(row.post_id)).map(
      ({ row }) => row.media_id,
    ),
  )
  const isEmpty = (row: Row | undefined) =>
    !row || (row.grant_id === null && row.name === 'Deleted account' && row.handle === '')
  return {
    deleted: positive({
      tokens: grants.filter(({ row, now }) => row.access_token_sealed !== null && !now).length,
      logins: grants.filter(({ now }) => !now).length,
      accounts: channels.filter(({ now }) => isEmpty(now)).length,
      results: targets.filter(
        ({ now }) => !now || (now.state === 'erased' && now.platform_post_id === null),
      ).length,
      notifications: gone(before, after, ['notices']),
      exports: gone(before, after, ['exports']),
    }),
    kept: positive({
      published: targets.filter(({ row }) => row.published_at !== null).length,
      posts: fates(before, after, 'posts', (row) => posts.has(row.id)).filter(({ now }) => now)
        .length,
      files: fates(
        before,
        after,
        'media',
        (row) => files.has(row.id) && row.purged_at === null,
      ).filter(({ now }) => now).length,
    }),
  }
}

/** Lines that are on every page, whatever was counted. */
const always = ['backups', 'logs', 'page', 'user', 'none']

/** The lists on the status page. */
export const listsOnPage = (page: Page): Lists => ({
  deleted: linesIn(page, 'deleted'),
  kept: linesIn(page, 'kept'),
})

const linesIn = (page: Page, list: string): Record<string, number> =>
  Object.fromEntries(
    [...page.document.querySelectorAll(`#${list} [data-item]`)]
      .map(
        (line) =>
          [
            line.getAttribute('data-item') ?? '',
            line.querySelector('.deletion-amount')?.textContent ?? '',
          ] as const,
      )
      .filter(([item]) => !always.includes(item))
      .map(([item, amount]) => [item, Number.parseInt(amount, 10)]),
  )
