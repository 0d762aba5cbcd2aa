import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { makeJpeg, makeVideo } from '../test/support/media-files.ts'
import type { Fields } from '../test/support/person.ts'
import { compose, upload } from '../test/support/story.ts'
import { wallTimeOf } from '../web/wall-time.ts'
import { type OwnStack, percentile, postsInLedger, setUp, startOwnStack } from './own-stack.ts'

/**
 * `npm run bench:punctual -- --posts 100`: schedules single posts at different seconds, of all kinds, and tells how long after the chosen
 * second each one's last call arrived at the platform, in milliseconds.
 */
const { values } = parseArgs({ options: { posts: { type: 'string', default: '100' } } })
const count = Number(values.posts)

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
  const { person, slug, channel } = await setUp(own)
  const square = await upload(person, slug, 'square.jpg', await makeJpeg({ width: 1080, height: 1080 }))
  const clip = await upload(person, slug, 'clip.mp4', await makeVideo({ width: 1080, height: 1920, durationMs: 4_000 }))
  const sorts = [
    { platform: 'facebook', account: 'Northside Records', kind: 'text', media: [] },
    { platform: 'instagram', account: '@northsiderecords', kind: 'image', media: [square] },
    { platform: 'tiktok', account: '@northside.records', kind: 'video', media: [clip] },
    { platform: 'facebook', account: 'Northside Café', kind: 'photo', media: [square] },
    { platform: 'instagram', account: '@northsidecafe', kind: 'reel', media: [clip] },
    { platform: 'tiktok', account: '@northside.records', kind: 'photos', media: [square] },
    { platform: 'facebook', account: 'Northside Events', kind: 'reel', media: [clip] },
    { platform: 'facebook', account: 'Northside Records', kind: 'video', media: [clip] },
  ]
  // Scheduling a post takes a while itself: the first comes due when all are in, so that nothing but publishing goes on.
  const firstMs = Math.ceil(Date.now() / 1_000) * 1_000 + posts * 250 + 20_000
  const plans: Plan[] = []
  for (let index = 0; index < posts; index += 1) {
    const sort = sorts[index % sorts.length]!
    const text = `Post ${index + 1} of ${posts}`
    const dueMs = firstMs + index * 1_000
    const id = channel(sort.account)
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
    if (!/\/posts\/[0-9a-f-]{36}/.test(page.url)) throw new Error(`it was not scheduled: ${page.text}`)
    plans.push({ platform: sort.platform, text, dueMs })
  }
  return plans
}

async function measure(own: OwnStack, plans: Plan[]): Promise<Record<string, { p50Ms: number; p99Ms: number; maxMs: number }>> {
  const posts = await postsInLedger(own)
  const lateMs = plans.map((plan) => {
    const [post, ...others] = posts.filter((one) => one.text === plan.text)
    if (!post || others.length > 0) throw new Error(`"${plan.text}" exists ${others.length + (post ? 1 : 0)} times`)
    return { platform: plan.platform, late: post.commitCallAtMs - plan.dueMs }
  })
  const platforms = [...new Set(plans.map((plan) => plan.platform))]
  return Object.fromEntries(
    platforms.map((platform) => {
      const late = lateMs.filter((one) => one.platform === platform).map((one) => one.late)
      return [platform, { p50Ms: percentile(late, 0.5), p99Ms: percentile(late, 0.99), maxMs: Math.max(...late) }]
    }),
  )
}
