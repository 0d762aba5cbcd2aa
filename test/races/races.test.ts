import { beforeAll, describe, expect, it } from 'vitest'
import { createPerson } from '../../local/people/person.ts'
import { acceptInvitation, invite } from '../../local/people/story.ts'
import { install } from '../support/installed.ts'
import { runRaces } from './race.ts'
import type { Track } from './track.ts'
import { faultsOf, type Outcome } from './verdict.ts'

let track: Track
beforeAll(async () => {
  const house = await install()
  const sessions = [house.admin]
  for (const name of ['Max', 'Mia']) {
    const member = createPerson(house.url)
    await acceptInvitation(
      member,
      await invite(house.admin, house.slug, 'manager'),
      name,
      `${name.toLowerCase()}@example.com`,
    )
    sessions.push(member)
  }
  const { slug, sql, channel } = house
  track = { sessions, slug, sql, channel, ledger: () => house.ledger.posts(), say: () => undefined }
}, 90_000)

/** `npm run test:races` runs 500 requests against separate processes. */
it('moving, canceling, editing and publishing a post in the second it is sent causes no 500, and all pages show what exists', {
  timeout: 180_000,
}, async () => {
  const accounts = ['Northside Records', 'Northside Café']
  const result = await runRaces(track, {
    seed: 7,
    requests: 40,
    postsPerRound: 4,
    requestsPerRound: 40,
    accounts,
  })
  expect(result).toMatchObject({
    requests: 40,
    serverErrors: 0,
    deadlocks: 0,
    disagreements: 0,
    targets: 8,
  })
})

describe('the verdict of a race reports', () => {
  const outcome: Outcome = {
    postId: 'p',
    targetId: 't',
    mark: '[race 1.1]',
    text: '[race 1.1] x',
    state: 'published',
    platformPostId: '2',
    account: '1',
  }
  const post = { id: '1_2', text: '[race 1.1] x' } as Parameters<typeof faultsOf>[1][number]

  it('nothing if everything agrees', () => {
    expect(faultsOf(outcome, [post], 'published')).toEqual([])
    expect(faultsOf({ ...outcome, state: 'canceled' }, [], 'canceled')).toEqual([])
  })
  it.each<[string, Outcome, (typeof post)[], string]>([
    ['a post that exists twice', outcome, [post, post], 'published'],
    ['a published post that does not exist', outcome, [], 'published'],
    ['a canceled post that exists', { ...outcome, state: 'canceled' }, [post], 'canceled'],
    ['other words', outcome, [{ ...post, text: '[race 1.1] y' }], 'published'],
    ['another id', outcome, [{ ...post, id: '1_3' }], 'published'],
    ['a page that says something else', outcome, [post], 'canceled'],
    ['a post that came to no end', { ...outcome, state: 'sending' }, [], 'sending'],
  ])('%s', (_words, one, found, said) => {
    expect(faultsOf(one, found, said).length).toBeGreaterThan(0)
  })
})
