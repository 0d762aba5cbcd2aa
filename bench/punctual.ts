import { setTimeout as pause } from 'node:timers/promises'
import { readCommand, wholeNumber } from '../commands/command.ts'
import { makeJpeg, makeVideo } from '../local/media/media-files.ts'
import type { Fields } from '../local/people/person.ts'
import { compose, upload } from '../local/people/story.ts'
import { wallTimeOf } from '../web/time/wall-time.ts'
import { type OwnStack, percentile, postsInLedger, setUp, startOwnStack } from './own-stack.ts'

const { options } = readCommand('bench:punctual', (command) =>
  command
    .description(
      'Schedules posts of all kinds, one for each second, and prints how long after its second the last call of each arrived at ' +
        'the platform, in milliseconds. The last line is JSON.',
    )
    .option('--posts <count>', 'posts', wholeNumber(1), 100),
)
const count = options.posts

/**
 * TikTok accepts six posts per minute and account. Every fourth second has a TikTok post, on these
 * accounts in turn.
 */
const tiktokAccounts = [
  'northside.records',
  'northside.live',
  'northside.crates',
  'northside.events',
]

type Plan = { platform: string; text: string; dueMs: number }

const stack = await startOwnStack()
console.log(`Started in ${stack.startMs} ms. Scheduling ${count} posts, one a second.`)
try {
  const plans = await schedule(stack, count)
  const last = Math.max(...plans.map((plan) => plan.dueMs))
  await pause(last - Date.now() + 5_000)
  const report = await measure(stack, plans)
  console.log(JSON.stringify({ bench: 'punctual', posts: count, ...report }))
} finally {
  await stack.stop()
}

async function schedule(own: OwnStack, posts: number): Promise<Plan[]> {
  const { person, slug, channel } = await setUp(own, tiktokAccounts.slice(1))
  const square = await upload(
    person,
    slug,
    'square.jpg',
    await makeJpeg({ width: 1080, height: 1080 }),
  )
  const clip = await upload(
    person,
    slug,
    'clip.mp4',
    await makeVideo({ width: 1080, height: 1920, durationMs: 4_000 }),
  )
  const sorts = [
    { platform: 'facebook', account: 'Northside Records', kind: 'text', media: [] },
    { platform: 'instagram', account: '@northsiderecords', kind: 'image', media: [square] },
    { platform: 'tiktok', account: null, kind: 'video', media: [clip] },
    { platform: 'facebook', account: 'Northside Café', kind: 'photo', media: [square] },
    { platform: 'instagram', account: '@northsidecafe', kind: 'reel', media: [clip] },
    { platform: 'tiktok', account: null, kind: 'photos', media: [square] },
    { platform: 'facebook', account: 'Northside Events', kind: 'reel', media: [clip] },
    { platform: 'facebook', account: 'Northside Records', kind: 'video', media: [clip] },
  ]
  // Scheduling takes time too. The first post comes due when all are scheduled, so that only
  // publishing is running.
  const firstMs = Math.ceil((Date.now() + posts * 250 + 20_000) / 1_000) * 1_000
  const plans: Plan[] = []
  let tiktokPosts = 0
  for (let index = 0; index < posts; index += 1) {
    const sort = sorts[index % sorts.length]!
    const text = `Post ${index + 1} of ${posts}`
    const dueMs = firstMs + index * 1_000
    const id = channel(sort.account ?? `@${tiktokAccounts[tiktokPosts++ % tiktokAccounts.length]}`)
    const fields: Fields = {
      text,
      channel: id,
      media: sort.media,
      [`kind.${id}`]: sort.kind,
      [`${id}.privacy_level`]: 'PUBLIC_TO_EVERYONE',
      [`${id}.consent`]: 'on',
      time: wallTimeOf(new Date(dueMs), 'Europe/Zurich'),
    }
    const page = await compose(person, slug, fields, 'Schedule')
    if (!/\/posts\/[0-9a-f-]{36}/.test(page.url))
      throw new Error(`it was not scheduled: ${page.text}`)
    plans.push({ platform: sort.platform, text, dueMs })
  }
  return plans
}

async function measure(
  own: OwnStack,
  plans: Plan[],
): Promise<Record<string, { p50Ms: number; p99Ms: number; maxMs: number }>> {
  const posts = await postsInLedger(own)
  const lateMs = plans.map((plan) => {
    const [post, ...others] = posts.filter((one) => one.text === plan.text)
    if (!post || others.length > 0)
      throw new Error(`"${plan.text}" exists ${others.length + (post ? 1 : 0)} times`)
    return { platform: plan.platform, late: post.commitCallAtMs - plan.dueMs }
  })
  const platforms = [...new Set(plans.map((plan) => plan.platform))]
  return Object.fromEntries(
    platforms.map((platform) => {
      const late = lateMs.filter((one) => one.platform === platform).map((one) => one.late)
      return [
        platform,
        { p50Ms: percentile(late, 0.5), p99Ms: percentile(late, 0.99), maxMs: Math.max(...late) },
      ]
    }),
  )
}
