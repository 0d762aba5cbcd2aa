import type { ComposeChannel } from '../../../db/channels/account-facts.ts'
import type { PostRow } from '../../../db/posts/posts.ts'
import type { FileOfPost, PreviewTarget } from '../../../db/posts/review-links/link-posts.ts'
import type { Platform } from '../../../platforms/platform.ts'
import { judge, type PostToJudge, valuesOf } from '../../../posting/channel-draft.ts'
import type { WebDeps } from '../../http/env.ts'
import { type Preview, previewOf } from '../../posts/preview/preview.ts'

/** What the previews of several posts are made from. */
export type PreviewSource = {
  channels: ComposeChannel[]
  targets: PreviewTarget[]
  files: FileOfPost[]
  base: string
  zone: string
}

export type LabeledPreview = { label: string; platform: Platform; preview: Preview }

/**
 * How a post looks at each of its accounts, as the composer shows it. What is scheduled is shown as it
 * will be sent; a draft, as it would be.
 */
export const previewsOf = (
  deps: WebDeps,
  post: PostRow,
  source: PreviewSource,
): LabeledPreview[] => {
  const media = source.files.filter(({ postId }) => postId === post.id)
  const targets = source.targets.filter(
    ({ postId, state }) => postId === post.id && state !== 'canceled',
  )
  const content = contentOf(post)
  return source.channels.flatMap((channel) => {
    const platform = deps.platforms.platforms.get(channel.platform)
    const target = targets.find(({ channelId }) => channelId === channel.id)
    const isMeant = target || (targets.length === 0 && channel.id in post.choices)
    if (!platform || !isMeant) return []
    const preview = previewOf({
      id: `${post.id}-${channel.id}`,
      platform,
      account: { ...channel, avatar: `${source.base}/accounts/${channel.id}/avatar` },
      draft: target ?? judge(channel, platform, content, media).draft,
      media,
      at: target?.dueAt ?? post.dueAt ?? new Date(deps.now()),
      now: deps.now(),
      zone: source.zone,
      fileAddress: (id, what) => `${source.base}/media/${id}/${what}`,
    })
    return [{ label: `${platform.label}: ${channel.name}`, platform, preview }]
  })
}

const contentOf = ({ text, link, variants, choices }: PostRow): PostToJudge => {
  const chosen = Object.entries(choices)
  return {
    text,
    link: link ?? '',
    variants,
    kinds: Object.fromEntries(chosen.map(([id, { kind }]) => [id, kind])),
    fields: Object.fromEntries(chosen.map(([id, { settings }]) => [id, valuesOf(settings)])),
  }
}
