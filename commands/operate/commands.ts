import type { Command } from './command.ts'
import { pause, resume } from './pausing.ts'
import {
  inviteOperator,
  listPeople,
  makeOperatorByEmail,
  requireSecondFactor,
  resetTwoStep,
  unmakeOperator,
} from './people.ts'
import { showProcessingRecord } from './processing-record.ts'
import { listOutbox, listPosts, nudge, showStatus, showSweeps } from './standing.ts'
import { listWorkspaces } from './workspaces.ts'

/**
 * Loaded on demand, because the Temporal client takes a while to load and other commands don't need
 * it.
 */
const workflows = () => import('./workflows.ts')

const commands: Command[] = [
  { usage: 'status', about: 'the state of the installation, in counts', run: showStatus },
  {
    usage: 'doctor',
    about:
      'checks keys, addresses, permissions, clocks, mail and disk; exits with 1 if there is a problem',
    run: async (deps) => (await import('./doctor/index.ts')).examineInstallation(deps),
  },
  { usage: 'people', about: 'all people, with their state', run: listPeople },
  { usage: 'people operator EMAIL', about: 'makes a person an operator', run: makeOperatorByEmail },
  {
    usage: 'people no-operator EMAIL',
    about: 'removes the operator role from a person',
    run: unmakeOperator,
  },
  {
    usage: 'people reset-two-step EMAIL',
    about: 'resets two-step sign-in for a person who lost every method',
    run: resetTwoStep,
  },
  {
    usage: 'people require-two-step on|off',
    about: 'whether operators need two-step sign-in',
    run: requireSecondFactor,
  },
  {
    usage: 'people invite-operator',
    about: 'prints a one-time link that makes the person who opens it an operator',
    run: inviteOperator,
  },
  {
    usage: 'workspaces',
    about: 'workspaces, their members and their open posts',
    run: listWorkspaces,
  },
  {
    usage: 'posts',
    about:
      'open posts by scheduled time; `posts overdue` and `posts unknown` for those that need attention',
    run: listPosts,
  },
  {
    usage: 'heal-numbers',
    about: 'fills in growth that a worker of an earlier version left out of the days of Insights',
    run: async (deps) => (await import('./numbers.ts')).healNumbers(deps),
  },
  {
    usage: 'posts nudge ID',
    about: 'starts or signals the workflow of a post on one account again',
    run: nudge,
  },
  {
    usage: 'workflows',
    about: 'running workflows by type, and those whose code fails',
    run: async (deps) => (await workflows()).listWorkflows(deps),
  },
  {
    usage: 'workflows show ID',
    about: 'one workflow: its start, its state and what it waits for',
    run: async (...given) => (await workflows()).showWorkflow(...given),
  },
  { usage: 'outbox', about: 'what waits to be sent to Temporal or by email', run: listOutbox },
  { usage: 'sweeps', about: 'when each retention rule last ran', run: showSweeps },
  {
    usage: 'forget-tokens',
    about:
      'shows which stored tokens no key opens; `forget-tokens confirm` removes them, so that people can reconnect',
    run: async (...given) => (await import('./forgetting.ts')).forgetTokens(...given),
  },
  {
    usage: 'processing-record',
    about: 'record of processing and data processing agreement, as Markdown',
    run: showProcessingRecord,
  },
  {
    usage: 'pause',
    about: 'stops publishing everywhere from now on; `pause WORKSPACE` for one',
    run: pause,
  },
  {
    usage: 'resume',
    about: 'resumes publishing; workspaces with posts that came due wait for their admins',
    run: resume,
  },
]

/** The command that matches these words, preferring the longest, and the remaining arguments. */
export const findCommand = (words: string[]): { command: Command; args: string[] } | undefined => {
  const names = commands.map((command) => ({
    command,
    name: command.usage
      .split(' ')
      .filter((word) => word !== word.toUpperCase() && !word.includes('|')),
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
