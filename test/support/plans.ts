import { readFile } from 'node:fs/promises'
import { connect, type Sql } from '../../db/postgres/connect.ts'

type Node = {
  'Node Type': string
  'Relation Name'?: string
  'Actual Rows': number
  'Actual Loops': number
  'Rows Removed by Filter'?: number
  'Rows Removed by Index Recheck'?: number
  Plans?: Node[]
}

/** A statement as PostgreSQL ran it, those of triggers and functions included. */
type Ran = { text: string; plan: Node }

/** What a statement read of a table: by a sequential scan or not, and how many rows. */
export type TableRead = { table: string; rows: number; isWhole: boolean; text: string }

/**
 * Makes PostgreSQL write the plan of each statement of new connections to its log, with what it
 * really read. The database must belong to the test alone, because everything in it is logged.
 */
export const logPlans = async (url: string): Promise<void> => {
  const sql = connect({ url, prepare: false, max: 2 })
  const [row] = await sql<{ name: string }[]>`select current_database() as name`
  const settings = {
    session_preload_libraries: 'auto_explain',
    'auto_explain.log_min_duration': '0',
    'auto_explain.log_analyze': 'on',
    'auto_explain.log_timing': 'off',
    'auto_explain.log_nested_statements': 'on',
    'auto_explain.log_format': 'json',
    'auto_explain.log_parameter_max_length': '0',
  }
  for (const [name, value] of Object.entries(settings))
    await sql.unsafe(`alter database "${row!.name}" set ${name} = '${value}'`)
  await sql.end()
}

/** What `work` makes the database read of tables, by table and statement. */
export const readsIn = async (logFile: string, work: () => unknown): Promise<TableRead[]> => {
  const { length } = await readFile(logFile)
  await work()
  const log = (await readFile(logFile)).subarray(length).toString()
  return statementsIn(log).flatMap(({ text, plan }) => readsBy(plan, text))
}

const statementsIn = (log: string): Ran[] =>
  log.split(/\n(?=\d{4}-\d\d-\d\d )/).flatMap((entry) => {
    const [, json] = entry.split(/ plan:\n/)
    if (!json) return []
    const { 'Query Text': text, Plan: plan } = JSON.parse(json) as {
      'Query Text': string
      Plan: Node
    }
    return [{ text: text.trim(), plan }]
  })

const readsBy = (node: Node, text: string): TableRead[] => [
  ...(node['Relation Name'] && node['Node Type'].includes('Scan')
    ? [readBy(node, node['Relation Name'], text)]
    : []),
  ...(node.Plans ?? []).flatMap((part) => readsBy(part, text)),
]

/** A partition counts as its table, but to read one as a whole is not to read the table. */
const readBy = (node: Node, relation: string, text: string): TableRead => {
  const table = relation.replace(/_\d{4}_\d\d$/, '')
  return {
    table,
    rows:
      (node['Actual Rows'] +
        (node['Rows Removed by Filter'] ?? 0) +
        (node['Rows Removed by Index Recheck'] ?? 0)) *
      node['Actual Loops'],
    isWhole: node['Node Type'] === 'Seq Scan' && node['Actual Loops'] > 0 && table === relation,
    text,
  }
}

/** A pool whose statements all have plans that were made without their parameters, or with them. */
export const planned = (url: string, how: 'force_generic_plan' | 'force_custom_plan'): Sql =>
  connect({ url: `${url}?plan_cache_mode=${how}`, prepare: true, max: 4 })
