import { findFigures } from '../../db/notifications/figures.ts'
import {
  enqueueTarget,
  listOutboxStandings,
  listTargetStandings,
  type Which,
} from '../../db/people/operators.ts'
import { listLatestSweeps } from '../../db/privacy/sweeps.ts'
import { endingsAhead, endingsToTell } from '../../platforms/ending.ts'
import { createPlatforms } from '../../platforms/index.ts'
import { type OperateDeps, only, Unfit } from './command.ts'
import type { Answer } from './table.ts'

const most = 200

export const showStatus = async ({ sql, config, now }: OperateDeps): Promise<Answer> => {
  const { open, outbox, grants, sweeps, ...counts } = await findFigures(sql)
  const issuers = [...createPlatforms(config, now).issuers.values()]
  const endings = endingsAhead(issuers, now())
  const rows: [string, number | boolean][] = [
    ...Object.entries(counts),
    ...open.map(({ state, count }): [string, number] => [`targets ${state}`, count]),
    ...Object.entries(outbox).map(([name, value]): [string, number] => [
      `outbox ${name}`,
      Math.round(value),
    ]),
    ...Object.entries(grants).map(([name, value]): [string, number] => [`grants ${name}`, value]),
    ...sweeps.map(({ rule, ageS }): [string, number] => [`sweep ${rule} ageS`, Math.round(ageS)]),
    ...endings.map(({ issuer, what, days }): [string, number] => [
      `${issuer}: ${what} ends in days`,
      days,
    ]),
  ]
  const told = endingsToTell(issuers, now()).map(
    ({ what, endsOn, breaks, todo, days }) =>
      `${what} ${days > 0 ? 'ends' : 'ended'} on ${endsOn}. ${breaks} ${todo}`,
  )
  return {
    rows: rows.map(([what, value]) => ({ what, value })),
    ...(told.length > 0 ? { words: told.join('\n') } : {}),
  }
}

export const listPosts = async (
  { sql }: OperateDeps,
  [which = 'open', ...more]: string[],
): Promise<Answer> => {
  if (!isWhich(which) || more.length > 0)
    throw new Unfit('Posts can be asked for as `posts`, `posts overdue` or `posts unknown`.')
  const rows = await listTargetStandings(sql, which, most)
  return { rows, ...(rows.length === most ? { words: `The first ${most}.` } : {}) }
}

const isWhich = (given: string): given is Which => ['open', 'overdue', 'unknown'].includes(given)

export const nudge = async ({ sql }: OperateDeps, args: string[]): Promise<Answer> => {
  const id = only(args, 'id, as `posts` prints it')
  if (!/^[0-9a-f-]{36}$/.test(id) || !(await enqueueTarget(sql, id)))
    throw new Unfit('There is no such post.')
  return { words: 'Its workflow is started or signaled within seconds.' }
}

export const listOutbox = async ({ sql }: OperateDeps): Promise<Answer> => ({
  rows: await listOutboxStandings(sql),
})

export const showSweeps = async ({ sql }: OperateDeps): Promise<Answer> => ({
  rows: [...(await listLatestSweeps(sql)).values()],
})
