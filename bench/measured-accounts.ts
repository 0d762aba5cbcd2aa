import { loadConfig } from '../config/index.ts'
import { openChannel, saveChannel } from '../db/channels/channels.ts'
import { openGrant, saveGrant } from '../db/channels/grants.ts'
import type { Sql } from '../db/postgres/connect.ts'
import { createVault } from '../db/vault/vault.ts'
import { sandboxControl } from '../local/demo/sandbox.ts'
import { makeJpeg } from '../local/media/media-files.ts'
import { localSecrets } from '../local/secrets.ts'
import { type OwnStack, setUp } from './own-stack.ts'

/**
 * Three accounts exist in the sandbox, each with its posts. Every third requested account is a copy
 * of one of them, in its own workspace and with its own row for each post, so that every reading is
 * a real call with a real answer. Before the statements for all accounts, it waits until
 * `noneRuns`: no run of measuring changes the same rows.
 */
export const fillAccounts = async (
  stack: OwnStack,
  sql: Sql,
  size: { accounts: number; posts: number },
  noneRuns: () => Promise<void>,
): Promise<void> => {
  const { slug } = await setUp(stack)
  const vault = vaultOf(stack)
  const [home] = await sql<{ id: string; createdBy: string }[]>`
    select w.id, m.user_id as created_by from workspaces w join memberships m on m.workspace_id = w.id where slug = ${slug}`
  const { id: workspaceId, createdBy: userId } = home!
  const models = await modelsOf(sql, workspaceId)
  const known = await makePosts(stack, models, size.posts)
  const copies = await Promise.all(models.map((model) => openModel(sql, vault, workspaceId, model)))
  for (let index = 0; index < size.accounts; index += 1) {
    const copy = copies[index % copies.length]!
    const place = `bench-${Math.floor(index / copies.length)}`
    const [workspace] = await sql<{ id: string }[]>`
      insert into workspaces (slug, name, zone) values (${place}, 'Bench', 'UTC')
      on conflict (slug) do update set name = excluded.name returning id`
    const grantId = await saveGrant(sql, vault, {
      workspaceId: workspace!.id,
      userId,
      issuer: copy.issuer,
      tokens: copy.tokens,
    })
    const { id } = await saveChannel(sql, vault, {
      workspaceId: workspace!.id,
      grantId,
      offer: copy.offer,
    })
    await insertPublished(
      sql,
      { workspaceId: workspace!.id, channelId: id, platform: copy.offer.platform },
      known[index % known.length]!,
    )
  }
  await noneRuns()
  await sql`insert into measured_channels (channel_id, workspace_id, next_at) select id, workspace_id, now() from channels order by id on conflict do nothing`
  await sql`
    insert into measured_targets (target_id, workspace_id, channel_id, kind, published_at, next_at)
    select t.id, t.workspace_id, t.channel_id, t.kind, t.published_at, now() from unmeasured_targets u join targets t on t.id = u.target_id`
  await sql`delete from unmeasured_targets`
  await sql`analyze`
}

type Model = {
  channelId: string
  grantId: string
  issuer: string
  platform: string
  accountId: string
  name: string
  handle: string
}
type Known = { id: string; kind: string; createdAt: Date }

/** One account per platform, as setUp connected it. */
const modelsOf = (sql: Sql, workspaceId: string): Promise<Model[]> => sql<Model[]>`
  select distinct on (c.platform) c.id as channel_id, c.grant_id, g.issuer, c.platform, c.account_id, c.name, c.handle
  from channels c join grants g on g.id = c.grant_id
  where c.workspace_id = ${workspaceId} and c.state = 'connected' and c.name = 'Northside Records' order by c.platform, c.id`

const hourMs = 3_600_000

/** Creates posts in the sandbox, evenly over the last 29 days. */
const makePosts = async (stack: OwnStack, models: Model[], posts: number): Promise<Known[][]> => {
  const control = sandboxControl(`${stack.control}/`)
  const picture = await control.keep(await makeJpeg({ width: 1080, height: 1080 }))
  const times = Array.from(
    { length: posts },
    (_, index) => Date.now() - 26 * hourMs - Math.floor((index * 28 * 24 * hourMs) / posts),
  )
  return Promise.all(models.map((model) => makeOf(control, model, times, picture)))
}

const makeOf = async (
  control: ReturnType<typeof sandboxControl>,
  { platform, accountId, handle }: Model,
  times: number[],
  picture: string,
): Promise<Known[]> => {
  const audience = { views: 900, likes: 40, comments: 5, shares: 3 }
  const kind = platform === 'instagram' ? 'image' : 'text'
  const text = (index: number) => `Post ${index} of the benchmark`
  const body =
    platform === 'tiktok'
      ? times.map((createdAtMs, index) => ({
          username: handle.replace(/^@/, ''),
          title: text(index),
          createdAtMs,
          media: picture,
          audience,
        }))
      : times.map((createdAtMs, index) => ({
          ...{ platform, account: accountId, kind, text: text(index), createdAtMs },
          ...{ media: kind === 'image' ? [picture] : [], audience: { ...audience, saved: 7 } },
        }))
  const path = `accounts/${platform === 'tiktok' ? 'tiktok' : 'meta'}/history`
  const added = await control.post<{ id: string }[]>(path, body)
  return added.map(({ id }, index) => ({
    id,
    kind: platform === 'tiktok' ? 'video' : kind,
    createdAt: new Date(times[index]!),
  }))
}

const openModel = async (
  sql: Sql,
  vault: ReturnType<typeof createVault>,
  workspaceId: string,
  model: Model,
) => {
  const grant = await openGrant(sql, vault, workspaceId, model.grantId)
  const channel = await openChannel(sql, vault, workspaceId, model.channelId)
  if (!grant || !channel) throw new Error(`the ${model.platform} account has no tokens`)
  const { issuer, platform, accountId, name, handle } = model
  return {
    issuer,
    tokens: {
      ...{
        accessToken: grant.accessToken,
        refreshToken: grant.refreshToken,
        userId: grant.issuerUserId,
        userName: 'Bench',
        scopes: [],
      },
      expiresAtMs: grant.expiresAt?.getTime() ?? null,
      refreshExpiresAtMs: null,
      dataAccessExpiresAtMs: null,
    },
    offer: {
      platform,
      accountId,
      name,
      handle,
      settings: channel.settings,
      accountToken: channel.accountToken,
      avatarUrl: null,
      blocked: null,
    },
  }
}

const insertPublished = async (
  sql: Sql,
  at: { workspaceId: string; channelId: string; platform: string },
  posts: Known[],
): Promise<void> => {
  await sql`
    with given as (select * from jsonb_to_recordset(${sql.json(posts.map((one) => ({ id: one.id, kind: one.kind, at: one.createdAt.toISOString() })))})
        as g (id text, kind text, at timestamptz)),
    numbered as (select uuid_v7() as post_id, given.* from given),
    made as (
      insert into posts (id, workspace_id, state, text, due_at, zone)
      select post_id, ${at.workspaceId}, 'scheduled', 'A post of the benchmark', at, 'UTC' from numbered)
    insert into targets (workspace_id, post_id, channel_id, platform, kind, text, due_at, state, published_at, finished_at, platform_post_id, handles)
    select ${at.workspaceId}, post_id, ${at.channelId}, ${at.platform}, kind, 'A post of the benchmark', at, 'published', at, at, id, '{}'
    from numbered`
}

const vaultOf = (stack: OwnStack) => {
  const { vaultKeys: keys, throttleKey } = localSecrets(stack.folder)
  const env = {
    DATABASE_URL: stack.databaseUrl,
    SMTP_URL: 'smtp://127.0.0.1',
    THROTTLE_KEY: throttleKey,
    VAULT_KEYS: keys,
  }
  return createVault(loadConfig(env).vaultKeys)
}
