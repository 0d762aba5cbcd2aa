import { z } from '@hono/zod-openapi'
import { listChannelsToCompose } from '../../db/channels/account-facts.ts'
import type { WebDeps } from '../http/env.ts'
import { type Api, reading } from './operation.ts'

const account = z
  .object({
    id: z.uuid(),
    platform: z.string().openapi({ description: 'Its name in this API.' }),
    name: z.string(),
    handle: z.string(),
    state: z.enum(['connected', 'reconnect']).openapi({
      description: '`reconnect`: posts for it are on hold until a person reconnects it.',
    }),
    kinds: z.array(z.string()).openapi({ description: 'What can be published there.' }),
  })
  .openapi('Account')

const keyFacts = z
  .object({
    workspace: z.object({ id: z.uuid(), name: z.string(), slug: z.string(), zone: z.string() }),
    scopes: z.array(z.string()),
    expiresAt: z.iso.datetime(),
  })
  .openapi('Key')

export const readAccounts = (api: Api, deps: WebDeps): void => {
  reading(
    api,
    deps,
    {
      method: 'get',
      path: '/key',
      id: 'getKey',
      tag: 'Key',
      summary: 'Get the workspace and scopes of this key',
      scope: null,
      answer: keyFacts,
    },
    async ({ caller }) => {
      const { id, name, slug, zone } = caller.workspace
      return {
        workspace: { id, name, slug, zone },
        scopes: caller.scopes,
        expiresAt: caller.expiresAt.toISOString(),
      }
    },
  )
  reading(
    api,
    deps,
    {
      method: 'get',
      path: '/accounts',
      id: 'listAccounts',
      tag: 'Accounts',
      summary: 'List the connected accounts',
      scope: 'read',
      answer: z.object({ data: z.array(account) }),
    },
    async ({ deps, caller }) => {
      const channels = await listChannelsToCompose(deps.sql, caller.workspace.id, [])
      return {
        data: channels.map(({ id, platform, name, handle, state }) => ({
          id,
          platform,
          name,
          handle,
          state,
          kinds: deps.platforms.platforms.get(platform)?.kinds.map((kind) => kind.name) ?? [],
        })),
      }
    },
  )
}
