import { z } from 'zod'
import type { TikTok } from '../context.ts'
import { newOpenId, newUnionId } from '../ids.ts'
import type { Creator } from '../state.ts'

/** What a tester can change on an account. */
export const creatorState = z.strictObject({
  displayName: z.string().min(1).optional(),
  bio: z.string().optional(),
  verified: z.boolean().optional(),
  private: z.boolean().optional(),
  commentsOff: z.boolean().optional(),
  duetOff: z.boolean().optional(),
  stitchOff: z.boolean().optional(),
  maxDurationSec: z.int().positive().optional(),
  banned: z.boolean().optional(),
  deleted: z.boolean().optional(),
  postsElsewhere: z.int().min(0).optional(),
  draftsElsewhere: z.int().min(0).optional(),
  appVersion: z
    .string()
    .regex(/^\d+\.\d+/)
    .optional(),
  followers: z.int().min(0).optional(),
  following: z.int().min(0).optional(),
})

export const newCreatorBody = creatorState.extend({
  username: z.string().regex(/^[a-z0-9._]{2,24}$/),
  openId: z.string().min(1).optional(),
})

/** @throws if the username is taken */
export function addCreator(tiktok: TikTok, wanted: z.infer<typeof newCreatorBody>): Creator {
  if (tiktok.state.creators.some((creator) => creator.username === wanted.username)) {
    throw new Error(`There is already a TikTok account @${wanted.username}.`)
  }
  const { openId, username, ...state } = wanted
  const creator: Creator = {
    ...ordinaryCreator(tiktok),
    displayName: username,
    ...state,
    username,
    openId: openId ?? newOpenId(),
  }
  tiktok.state.creators.push(creator)
  tiktok.changed()
  return creator
}

/** The initial accounts. Their ids stay the same after every reset. */
export function seedCreators(tiktok: TikTok): void {
  addCreator(tiktok, {
    openId: '-000NrtHs1deRec0rdsQvZr8Tm_LpXwYe2k',
    username: 'northside.records',
    displayName: 'Northside Records',
    bio: 'Records, new and used. Open Tuesday to Sunday.',
    maxDurationSec: 600,
    followers: 1_204,
    following: 88,
  })
  addCreator(tiktok, {
    openId: '-000S0uThs1deC1ubXn4GhUo7Bd_JcRwPz5q',
    username: 'southside.club',
    displayName: 'Southside Club',
    bio: 'Members only.',
    private: true,
    followers: 61,
    following: 40,
  })
}

const ordinaryCreator = (tiktok: TikTok): Omit<Creator, 'openId' | 'username' | 'displayName'> => ({
  unionId: newUnionId(),
  bio: '',
  verified: false,
  private: false,
  commentsOff: false,
  duetOff: false,
  stitchOff: false,
  maxDurationSec: 180,
  banned: false,
  deleted: false,
  postsElsewhere: 0,
  draftsElsewhere: 0,
  appVersion: '36.4.0',
  followers: 100,
  following: 10,
  createdAtMs: tiktok.world.clock.now(),
})
