import { listAccountNames } from '../../db/channels/account-facts.ts'
import { findStepsDone, markSetUp, type StepsDone } from '../../db/people/first-steps.ts'
import { countOpenInvitations } from '../../db/people/invitations.ts'
import type { Role } from '../../db/people/memberships.ts'
import { listOffers } from '../channels/connecting.ts'
import type { User, WebDeps, Workspace } from '../http/env.ts'
import { unlessFull } from '../media/storage.ts'
import { addDays } from '../time/days.ts'
import { dateOf } from '../time/wall-time.ts'

export type FirstStep = {
  name: 'connect' | 'write' | 'invite'
  title: string
  words: string
  /** What was done, such as "3 accounts connected". Null if the step is open. */
  done: string | null
  /** Whether this is the first open step, which gets the filled button. */
  isNext: boolean
}

type Done = StepsDone & { invited: number }
type Who = { workspace: Workspace; role: Role; user: Pick<User, 'id'> }

/**
 * The first steps that this person may do, and their progress. Null if all are done or the card was
 * dismissed.
 */
export const loadFirstSteps = async (
  deps: WebDeps,
  { workspace, role, user }: Who,
): Promise<FirstStep[] | null> => {
  const now = new Date(deps.now())
  const counts = await findStepsDone(deps.sql, { workspaceId: workspace.id, userId: user.id })
  if (!counts) return null
  const done = { ...counts, invited: await countOpenInvitations(deps.sql, workspace.id, now) }
  const all = stepsFor('admin', done)
  if (all.every((step) => step.done)) {
    await unlessFull(markSetUp(deps.sql, workspace.id, now))
    return null
  }
  const own = role === 'admin' ? all : stepsFor(role, done)
  return own.every((step) => step.done) ? null : own
}

/**
 * Where the first steps lead once accounts were connected: back to them, or to the first post once
 * each login has an account. Null if there are no steps or posts were written.
 */
export const stepAfterConnecting = async (
  deps: WebDeps,
  { workspace, user }: Pick<Who, 'workspace' | 'user'>,
): Promise<string | null> => {
  const counts = await findStepsDone(deps.sql, { workspaceId: workspace.id, userId: user.id })
  if (!counts || counts.posts > 0) return null
  const accounts = await listAccountNames(deps.sql, workspace.id)
  return missingOffers(deps, accounts).length > 0
    ? `/w/${workspace.slug}/today`
    : firstPostPath(deps, workspace, accounts)
}

type Account = { id: string; platform: string }

/** The logins that no account came through yet. */
export const missingOffers = (deps: WebDeps, accounts: Account[]) =>
  listOffers(deps).filter(
    ({ platforms }) => !accounts.some(({ platform }) => platforms.includes(platform)),
  )

/** How many accounts are chosen for the first post. With more, people choose themselves. */
const chosenAtFirst = 10

/** The composer for the first post: all accounts are chosen, and tomorrow morning. */
export const firstPostPath = (deps: WebDeps, workspace: Workspace, accounts: Account[]): string => {
  const tomorrow = addDays(dateOf(new Date(deps.now()), workspace.zone), 1)
  const query = new URLSearchParams({ at: `${tomorrow}T09:00` })
  if (accounts.length <= chosenAtFirst) for (const { id } of accounts) query.append('channel', id)
  return `/w/${workspace.slug}/posts/new?${query}`
}

/** promise: A4: only admins can connect and invite, so only they see these steps. */
const stepsFor = (role: Role, done: Done): FirstStep[] => {
  const write = {
    name: 'write' as const,
    title: 'Write your first post',
    words: writeWords(role, done),
    done: done.posts > 0 ? counted(done.posts, 'post written', 'posts written') : null,
  }
  const steps = role === 'admin' ? [connectStep(done), write, inviteStep(done)] : [write]
  const next = steps.find((step) => step.done === null)
  return steps.map((step) => ({ ...step, isNext: step === next }))
}

const connectStep = ({ accounts }: StepsDone) => ({
  name: 'connect' as const,
  title: 'Connect your accounts',
  words:
    'Sign in at the platform and choose which accounts to use. CrateSocial never sees your password.',
  done: accounts > 0 ? counted(accounts, 'account connected', 'accounts connected') : null,
})

const inviteStep = ({ people, invited }: Done) => ({
  name: 'invite' as const,
  title: 'Invite your team',
  words: 'Managers write and schedule posts. Admins also connect accounts and invite people.',
  done: invitedWords(people, invited),
})

const invitedWords = (people: number, invitations: number): string | null => {
  if (people > 1) return `${people} people in this workspace`
  return invitations > 0 ? counted(invitations, 'invitation open', 'invitations open') : null
}

const writeWords = (role: Role, { accounts }: StepsDone): string => {
  if (accounts > 0) return 'Choose the accounts, see how it will look, and schedule it.'
  return role === 'admin'
    ? 'You can start a draft now and choose the accounts later.'
    : 'You can start a draft now. To schedule it, ask an admin to connect the accounts.'
}

const counted = (count: number, one: string, many: string): string =>
  `${count} ${count === 1 ? one : many}`
