import { expect, it } from 'vitest'
import { sweep } from '../../activities/privacy/retention.ts'
import { rules } from '../../db/privacy/retention.ts'
import { createTestApp } from '../support/app.ts'
import { insertChannel, insertTarget } from '../support/connected.ts'
import { createTestTemporal } from '../support/servers/temporal.ts'

it.each(['attempts', 'comment_attempts'])(
  '%s: an attempt whose worker died before it ended is also deleted after 24 months',
  async (name) => {
    const { sql, deps, cast, workspaces } = await createTestApp()
    const { client } = await createTestTemporal()
    const place = { workspaceId: workspaces.northside, platform: 'facebook' as const }
    const { channelId } = await insertChannel(deps, { ...place, userId: cast.admin.id })
    const { targetId } = await insertTarget(deps, { ...place, channelId })
    const attempt = {
      workspaceId: workspaces.northside,
      targetId,
      number: 7,
      fingerprint: Buffer.alloc(32),
      claimedAt: new Date(),
    }
    await sql`insert into ${sql(name)} ${sql((name === 'attempts' ? { ...attempt, revision: 1 } : attempt) as never)}`
    const sweepIn = (days: number) =>
      sweep(
        { ...deps, client, now: () => Date.now() + days * 86_400_000 },
        rules.find((rule) => rule.name === name)!,
      )
    expect(await sweepIn(700)).toEqual({ removed: 0 })
    expect(await sweepIn(740)).toEqual({ removed: 1 })
  },
)
