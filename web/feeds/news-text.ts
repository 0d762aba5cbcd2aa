import { Feed as News } from 'feed'
import type { OpenFeed } from '../../db/feeds/feeds.ts'
import type { FeedStory } from '../../db/feeds/posts.ts'
import { escaped } from '../http/templates.ts'
import { titleOf } from '../posts/post-title.ts'
import type { FeedSite } from './calendar-text.ts'

type Feed = Pick<OpenFeed, 'workspaceName' | 'workspaceSlug'>

/** What was published, as RSS 2.0. An item leads to the post at its platform, or else to ours. */
export const newsText = (feed: Feed, stories: FeedStory[], site: FeedSite): string => {
  const home = `${site.url}/w/${feed.workspaceSlug}`
  const news = new News({
    id: home,
    link: `${home}/calendar`,
    title: `${feed.workspaceName}: published posts`,
    description: `What ${feed.workspaceName} published, newest first`,
    copyright: '',
    generator: 'CrateSocial',
    // When the newest item came, so that the same posts are the same text.
    updated: stories[0]?.publishedAt ?? new Date(0),
  })
  for (const story of stories)
    news.addItem({
      id: story.targetId,
      guid: story.targetId,
      title: titleOf(story.text),
      link: story.permalink ?? `${home}/posts/${story.postId}`,
      description: `${story.channelName} on ${site.label(story.platform)}`,
      content: asParagraphs(story.text),
      date: story.publishedAt,
      category: [{ name: site.label(story.platform) }],
    })
  return news.rss2()
}

const asParagraphs = (text: string): string =>
  text
    .split(/\n{2,}/)
    .map((part) => `<p>${part.split('\n').map(escaped).join('<br>')}</p>`)
    .join('')
