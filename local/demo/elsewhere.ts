import type { Db } from '../../db/postgres/connect.ts'
import { captionOf } from './captions.ts'
import type { DemoPlatform, DemoWorkspace } from './cast.ts'
import { createDice } from './dice.ts'
import type { DemoFiles } from './files.ts'
import { atPlatforms, type PastTarget, type Place } from './past.ts'
import type { PastPost } from './plan.ts'
import { audienceOf } from './reception.ts'
import { idAt, insertRows } from './rows.ts'
import type { SandboxControl } from './sandbox.ts'

/** Posts that someone made on a phone, in the platform's own app, with their ids there. */
export type Elsewhere = { post: PastPost; id: string; permalink: string }[]

const dayMs = 86_400_000
/** The product lists this far back at most, less a margin. */
const daysBack = 85
const kinds: Record<DemoPlatform, string> = {
  facebook: 'photo',
  instagram: 'image',
  tiktok: 'video',
}

/** Creates posts of the last months at the platforms that CrateSocial has nothing to do with. */
export const postElsewhere = async (
  deps: { control: SandboxControl; now: Date },
  workspace: DemoWorkspace,
  files: DemoFiles,
): Promise<Elsewhere> => {
  const platforms = platformsOf(workspace)
  const plan = platforms.flatMap((platform, index) => planOn(workspace, platform, index, deps.now))
  const known = await atPlatforms(deps.control, workspace, plan, files)
  return plan.flatMap((post, index) => {
    const answer = known[index]?.get(platformOf(post))
    return answer ? [{ post, ...answer }] : []
  })
}

const platformsOf = ({ meta, tiktok }: DemoWorkspace): DemoPlatform[] => [
  ...(Object.keys(meta.accounts) as DemoPlatform[]),
  ...(tiktok ? ['tiktok' as const] : []),
]

const platformOf = ({ targets }: PastPost): DemoPlatform => targets[0]!.platform

/** About one a week, at any time of the day, with fewer views than a planned post. */
const planOn = (
  workspace: DemoWorkspace,
  platform: DemoPlatform,
  index: number,
  now: Date,
): PastPost[] => {
  const posts: PastPost[] = []
  for (let daysAgo = 3 + index * 2; daysAgo < daysBack; daysAgo += 7) {
    const dice = createDice(workspace.seed * 20_000 + index * 1_000 + daysAgo)
    const at = new Date(now.getTime() - daysAgo * dayMs - dice.whole(0, 40 * 3_600) * 1_000)
    if (at.getTime() < now.getTime() - daysBack * dayMs) continue
    const kind = kinds[platform]
    // The newest one on Instagram did well, so that the list of the best posts shows one.
    const isFamous = platform === 'instagram' && posts.length === 0
    const [hour, weekday] = isFamous ? [19, 4] : [dice.whole(8, 22), dice.whole(1, 7)]
    const moment = { ago: daysAgo / 7, share: 1 - daysAgo / 365, hour, weekday }
    const luck = isFamous ? 7 : dice.luck()
    const audience = audienceOf(dice, {
      platform,
      kind,
      series: 'phone',
      luck,
      moment,
      size: workspace.tiktok ? 0.35 : 0.25,
    })
    const pictures = [dice.whole(0, workspace.pictures.count - 1)]
    const text = captionOf('phone', dice)
    posts.push({
      at,
      wallTime: '',
      series: 'phone',
      text,
      pictures,
      targets: [{ platform, kind, audience }],
    })
  }
  return posts
}

/** Writes them as the product does when it finds them in an account's list, without numbers. */
export const writeElsewhere = async (
  sql: Db,
  place: Place,
  elsewhere: Elsewhere,
): Promise<PastTarget[]> => {
  const targets = elsewhere.map(({ post }): PastTarget => {
    const platform = platformOf(post)
    const channelId = place.channels[platform]?.id ?? ''
    return {
      id: idAt(post.at),
      channelId,
      platform,
      kind: kinds[platform],
      publishedAt: post.at,
      audience: post.targets[0]!.audience,
    }
  })
  const rows = elsewhere.map(({ post, id, permalink }, index) => ({
    id: targets[index]!.id,
    workspace_id: place.workspaceId,
    channel_id: targets[index]!.channelId,
    platform_post_id: id,
    kind: kinds[platformOf(post)],
    text: post.text,
    permalink,
    published_at: post.at,
    predates: false,
  }))
  await insertRows(sql, 'elsewhere_posts', rows)
  return targets
}
