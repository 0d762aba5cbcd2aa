import { beforeAll, describe, expect, test } from 'vitest'
import { type CutRig, startCutRig } from './faults/cut-rig.ts'
import { rounds } from './faults/cuts.ts'
import { cutRound } from './faults/cutting.ts'
import { kinds } from './kinds.ts'

let rig: CutRig
beforeAll(async () => {
  rig = await startCutRig()
}, 120_000)

/**
 * `npm run chaos:steps` runs all steps and moments. It also cuts TikTok's photos after the call,
 * which take minutes to settle.
 */
const sends = rounds.filter(({ name }) => name.startsWith('send'))
const quick = kinds.filter(({ name }) => name !== 'TikTok photos')

describe('every kind of post is published exactly once if the worker is killed while it sends', () => {
  test.each(sends.map((round, index) => ({ round, index })))(
    '$round.name',
    async ({ round, index }) => {
      const cells = await cutRound(rig, round, index * kinds.length + 1, quick)
      expect(cells.map(({ kind, words }) => ({ kind, words }))).toEqual(
        quick.map(({ name }) => ({ kind: name, words: '' })),
      )
    },
    240_000,
  )
})
