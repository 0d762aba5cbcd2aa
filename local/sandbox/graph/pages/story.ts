import { newId } from '../ids.ts'
import { recordPost } from '../ledger-post.ts'
import type { Meta } from '../meta.ts'
import type { Commit, PageStory } from '../state.ts'

/** Publishes a story. */
export function addStory(
  meta: Meta,
  { id = newId(meta.state, 'post'), commit, isAiGenerated = false, ...wanted }: NewStory,
): PageStory {
  const story: PageStory = { id, ...wanted, createdAtMs: meta.world.clock.now() }
  meta.state.stories[story.id] = story
  recordPost(meta, {
    platform: 'facebook',
    account: story.pageId,
    id: story.id,
    kind: 'story',
    text: '',
    link: null,
    media: [{ sha256: story.sha256 }],
    permalink: storyUrl(meta, story),
    commit,
    settings: story.mediaType === 'video' ? { videoId: story.mediaId, isAiGenerated } : {},
  })
  meta.world.state.changed()
  return story
}

export type NewStory = Pick<PageStory, 'pageId' | 'mediaType' | 'mediaId' | 'sha256'> & {
  id?: string | undefined
  commit: Commit
  isAiGenerated?: boolean
}

export const storyUrl = (meta: Meta, { pageId, id }: PageStory): string =>
  `${meta.world.baseUrl('/facebook')}/stories/${pageId}/${id}`
