import { expect, it } from 'vitest'
import { targetStates } from '../../db/posts/target-states.ts'
import { productFiles, sourceOf, typescriptOf } from './files.ts'

const transitionsFile = 'db/posts/target-transitions.ts'
const statesFile = 'db/posts/target-states.ts'
const code = typescriptOf(productFiles)

/** Lists of other things whose words are also states of a target. */
const otherWords: Record<string, string> = {
  'activities/limits.ts': 'what a limit of a platform holds up',
  'db/channels/limits.ts': 'what a limit of a platform holds up',
  'db/posts/comments/decisions.ts': 'states of a first comment',
  'db/posts/deletions.ts': 'states of deleting it at the platform',
}

/** The updates of targets that set the state, up to their condition. */
const stateUpdates = (source: string): string[] =>
  [...source.matchAll(/\bupdate\s+targets\b/g)]
    .map(({ index }) => source.slice(index).split(/\bwhere\b|`/, 1)[0]!)
    .filter((update) => /(?<![a-z_.])state\s*=/.test(update))

const quoted = `'(?:${targetStates.join('|')})'`
const listOfStates = new RegExp(`(.*)${quoted}, ?${quoted}`, 'g')
/** Lines with two states of a target in a row, in SQL or in code. */
const stateLists = (source: string): string[] =>
  [...source.matchAll(listOfStates)]
    .map(([line]) => line.trim())
    .filter((line) => !/comment_?state/i.test(line))

it('a target changes its state only in one module', () => {
  expect(stateUpdates(sourceOf(transitionsFile))).toHaveLength(1)
  const elsewhere = code.filter(
    (file) => file !== transitionsFile && stateUpdates(sourceOf(file)).length > 0,
  )
  expect(elsewhere).toEqual([])
})

it('states of targets are listed in one place, under a name', () => {
  const files = code.filter((file) => file !== statesFile && file !== transitionsFile)
  const lists = files.flatMap((file) => stateLists(sourceOf(file)).map((line) => ({ file, line })))
  expect(lists.filter(({ file }) => !otherWords[file])).toEqual([])
  expect(
    Object.keys(otherWords).filter((file) => !lists.some((list) => list.file === file)),
  ).toEqual([])
})

it('recognizes what it forbids', () => {
  expect(
    stateUpdates(
      "await sql`update targets t set waiting_for = null, state = 'missed' where id = 1`",
    ),
  ).toHaveLength(1)
  expect(
    stateUpdates('await sql`\n  update targets\n  set state_at = now(), state = $1`'),
  ).toHaveLength(1)
  expect(
    stateUpdates(
      "sql`update targets set comment_state = 'left', waiting_for = null where state = 'ready'`",
    ),
  ).toEqual([])
  expect(
    stateUpdates("sql`update targets set handles = '{}' where id = 1 and state = 'ready'`"),
  ).toEqual([])
  expect(stateLists("where t.state not in ('failed', 'missed')")).toHaveLength(1)
  expect(stateLists("const over: TargetState[] = ['failed', 'missed']")).toHaveLength(1)
  expect(stateLists("where t.comment_state in ('failed', 'unconfirmed')")).toEqual([])
})
