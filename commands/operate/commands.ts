import type { Command } from './command.ts'
import { pause, resume } from './pausing.ts'
import { inviteOperator, listPeople, makeOperatorByEmail, requireSecondFactor, resetTwoStep, unmakeOperator } from './people.ts'
import { showProcessingRecord } from './processing-record.ts'
import { listOutbox, listPosts, nudge, showStatus, showSweeps } from './standing.ts'
import { listWorkspaces } from './workspaces.ts'

/**
 * Loaded on demand, because the Temporal client takes a while to load and other commands don't need
 * it.
 */
const workflows = () => import('./workflows.ts')

const commands: Command[] = [
  { usage: 'status', about: 'how the installation stands, in counts', run: showStatus },
  {
    usage: 'doctor',
    about: 'checks keys, addresses, permissions, clocks, mail and disk; ends with 1 when there is a problem',
    run: async (deps) => (await import('./doctor/index.ts')).examineInstallation(deps),
  },
  { usage: 'people', about: 'everybody, with their state', run: listPeople },
  { usage: 'people operator EMAIL', about: 'makes a person an operator', run: makeOperatorByEmail },
  { usage: 'people no-operator EMAIL', about: 'takes it from them again', run: unmakeOperator },
  {
    usage: 'people reset-two-step EMAIL',
    about: 'resets two-step sign-in of a person who lost everything',
    run: resetTwoStep,
  },
  {
    usage: 'people require-two-step on|off',
    about: 'whether operators need two-step sign-in',
    run: requireSecondFactor,
  },
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
  {
    usage: 'forget-tokens',
    about: 'shows which stored tokens no key opens; `forget-tokens confirm` removes them, so that people connect again',
    run: async (...given) => (await import('./forgetting.ts')).forgetTokens(...given),
  },
  {
    usage: 'processing-record',
    about: 'record of processing and data processing agreement, as Markdown',
    run: showProcessingRecord,
  },
  { usage: 'pause', about: 'nothing is sent anywhere from now on; `pause WORKSPACE` for one', run: pause },
  { usage: 'resume', about: 'publishing goes on; workspaces in which something came due wait for their admins', run: resume },
]

/** The command that matches these words, preferring the longest, and the remaining arguments. */
export const findCommand = (words: string[]): { command: Command; args: string[] } | undefined => {
  const names = commands.map((command) => ({
    command,
    name: command.usage.split(' ').filter((word) => word !== word.toUpperCase() && !word.includes('|')),
  }))
  const fits = names.filter(({ name }) => name.every((word, index) => words[index] === word))
  const [best] = fits.toSorted((a, b) => b.name.length - a.name.length)
  return best && { command: best.command, args: words.slice(best.name.length) }
}

/** The list of commands for the help, one per line. */
export const listOfCommands = (): string => {
  const width = Math.max(...commands.map((command) => command.usage.length))
  return commands.map((command) => `  ${command.usage.padEnd(width)}  ${command.about}`).join('\n')
}
