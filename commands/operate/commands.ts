import type { Config } from '../config.ts'
import type { Sql } from '../db/connect.ts'
import { pause, resume } from './pausing.ts'
import { inviteOperator, listPeople, makeOperator, unmakeOperator } from './people.ts'
import { listOutbox, listPosts, nudge, showStatus, showSweeps } from './standing.ts'
import type { Answer } from './table.ts'
import { listWorkspaces } from './workspaces.ts'

export type OperateDeps = { sql: Sql; config: Config; now: () => number }
export type Command = {
  /** The words that name it, then what it takes, in capitals. */
  usage: string
  about: string
  run: (deps: OperateDeps, args: string[]) => Promise<Answer>
}

/** What is wrong with what was asked; said without a stack. */
export class Unfit extends Error {}

/** Loaded when asked for: what speaks to Temporal takes a while to load, and nothing else needs it. */
const workflows = () => import('./workflows.ts')

export const commands: Command[] = [
  { usage: 'status', about: 'how the installation stands, in counts', run: showStatus },
  { usage: 'people', about: 'everybody, with their state', run: listPeople },
  { usage: 'people operator EMAIL', about: 'makes a person an operator', run: makeOperator },
  { usage: 'people no-operator EMAIL', about: 'takes it from them again', run: unmakeOperator },
  {
    usage: 'people invite-operator',
    about: 'prints a link that works once and makes whoever opens it an operator',
    run: inviteOperator,
  },
  { usage: 'workspaces', about: 'workspaces, their members and what is on its way in them', run: listWorkspaces },
  {
    usage: 'posts',
    about: 'posts on their way by their time; `posts overdue` and `posts unknown` for those that need you',
    run: listPosts,
  },
  { usage: 'posts nudge ID', about: 'has the workflow of a post on one account started or told again', run: nudge },
  {
    usage: 'workflows',
    about: 'running workflows by type, and those whose code fails',
    run: async (deps) => (await workflows()).listWorkflows(deps),
  },
  {
    usage: 'workflows show ID',
    about: 'one workflow: since when, its state, what it waits for',
    run: async (...given) => (await workflows()).showWorkflow(...given),
  },
  { usage: 'outbox', about: 'what waits to be told to Temporal or by mail', run: listOutbox },
  { usage: 'sweeps', about: 'when each rule of retention was last carried out', run: showSweeps },
  { usage: 'pause', about: 'nothing is sent anywhere from now on; `pause WORKSPACE` for one', run: pause },
  { usage: 'resume', about: 'publishing goes on; workspaces in which something came due wait for their admins', run: resume },
]

/** The command whose words these are, the longest first, with what is left of them. */
export const findCommand = (words: string[]): { command: Command; args: string[] } | undefined => {
  const names = commands.map((command) => ({
    command,
    name: command.usage.split(' ').filter((word) => word !== word.toUpperCase()),
  }))
  const fits = names.filter(({ name }) => name.every((word, index) => words[index] === word))
  const [best] = fits.toSorted((a, b) => b.name.length - a.name.length)
  return best && { command: best.command, args: words.slice(best.name.length) }
}

export const usage = (): string => {
  const width = Math.max(...commands.map((command) => command.usage.length))
  const lines = commands.map((command) => `  ${command.usage.padEnd(width)}  ${command.about}`)
  return `npm run operate -- COMMAND [--json]\n\n${lines.join('\n')}`
}

/** The one argument of a command. */
export const only = (args: string[], what: string): string => {
  const [given, ...more] = args
  if (given === undefined || more.length > 0) throw new Unfit(`Give one ${what}.`)
  return given
}
