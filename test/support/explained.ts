import type { Sql } from '../../db/postgres/connect.ts'

type Plan = {
  'Shared Hit Blocks': number
  'Shared Read Blocks': number
  'Node Type': string
  'Relation Name'?: string
  Plans?: Plan[]
}

/**
 * What a function of db/ reads: the number of 8 KB blocks, and the tables with a sequential scan.
 */
export type Reads = { blocks: number; scanned: string[] }

/** Runs the function and explains each of its statements instead of returning its rows. */
export const readsOf = async (sql: Sql, work: (sql: Sql) => unknown): Promise<Reads> => {
  const plans: Promise<Plan>[] = []
  const explained = new Proxy(sql, {
    apply: (target, self, [strings, ...values]: [TemplateStringsArray, ...unknown[]]) => {
      const isStatement = Array.isArray(strings) && /^\s*(with|select)\b/.test(strings[0] ?? '')
      if (!isStatement) return Reflect.apply(target, self, [strings, ...values])
      const first = `explain (analyze, buffers, timing off, format json) ${strings[0]}`
      const raw = Object.assign([first, ...strings.slice(1)], { raw: [first, ...strings.slice(1)] })
      const answer = Reflect.apply(target, self, [raw, ...values]) as Promise<
        Record<string, [{ Plan: Plan }]>[]
      >
      plans.push(answer.then(([row]) => Object.values(row ?? {})[0]![0].Plan))
      return plans.at(-1)!.then(() => [])
    },
  })
  await work(explained)
  const done = await Promise.all(plans)
  if (done.length === 0) throw new Error('it made no statement')
  return {
    blocks: done.reduce(
      (sum, plan) => sum + plan['Shared Hit Blocks'] + plan['Shared Read Blocks'],
      0,
    ),
    scanned: done.flatMap(scannedBy),
  }
}

const scannedBy = (plan: Plan): string[] => [
  ...(plan['Node Type'] === 'Seq Scan' && plan['Relation Name'] ? [plan['Relation Name']] : []),
  ...(plan.Plans ?? []).flatMap(scannedBy),
]
