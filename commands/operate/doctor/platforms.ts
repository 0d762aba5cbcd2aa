import { askAccount } from '../../../activities/channels/account-check.ts'
import { openGrant } from '../../../db/channels/grants.ts'
import { type AccountStanding, listAccountStandings } from '../../../db/people/operators.ts'
import { PlatformError } from '../../../platforms/errors.ts'
import type { GrantState, Issuer } from '../../../platforms/grant.ts'
import type { DoctorDeps } from './deps.ts'
import type { DoctorCheck, Finding } from './finding.ts'

/** The most accounts that are checked, with one or two calls each. */
const mostAccounts = 200
const atOnce = 4

/** Checks of the app at each issuer, and of every connected account. */
export const checksOfPlatforms = (deps: DoctorDeps): DoctorCheck[] => [
  ...deps.config.issuers.map(({ policy: { issuer, label } }) =>
    checkOfApp(`${label} app`, deps.platforms.issuers.get(issuer), deps),
  ),
  { name: 'Accounts', run: (report, signal) => checkAccounts(deps, report, signal) },
]

const checkOfApp = (
  name: string,
  issuer: Issuer | undefined,
  { platforms }: DoctorDeps,
): DoctorCheck => ({
  name,
  run: async (report, signal) => {
    if (!issuer) {
      const result = platforms.issuers.size > 0 ? 'ok' : 'warning'
      return report({
        check: name,
        result,
        words: 'It isn’t configured, so its platforms are off.',
      })
    }
    try {
      const app = await issuer.checkApp(signal)
      if (app.accepted)
        report({ check: name, result: 'ok', words: `${issuer.label} accepts its id and secret.` })
      else report({ check: name, result: 'problem', words: app.words, todo: app.todo })
    } catch (error) {
      report({ check: name, result: 'problem', ...withoutAnswer(error, issuer.label) })
    }
  },
})

const withoutAnswer = (error: unknown, label: string): Pick<Finding, 'words' | 'todo'> => {
  if (!(error instanceof PlatformError)) throw error
  return {
    words: `${label} did not say whether it accepts its id and secret (${error.problem.code}): ${error.message}`,
    todo: 'Check that this machine can connect to it, and try again.',
  }
}

const checkAccounts = async (
  deps: DoctorDeps,
  report: (finding: Finding) => void,
  signal: AbortSignal,
): Promise<void> => {
  const accounts = await listAccountStandings(deps.sql, mostAccounts + 1)
  if (accounts.length === 0)
    report({
      check: 'Accounts',
      result: 'ok',
      words: 'None is connected yet, so no permission could be checked.',
    })
  if (accounts.length > mostAccounts)
    report({
      check: 'Accounts',
      result: 'warning',
      words: `Only the first ${mostAccounts} were checked.`,
    })
  const inspected = new Map<string, Promise<GrantState>>()
  const left = accounts.slice(0, mostAccounts).values()
  const take = async (): Promise<void> => {
    for (const account of left) {
      if (signal.aborted) return
      report(await checkAccount(deps, account, inspected, signal))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, take))
}

/**
 * Names an account by workspace, platform and id, because operators must not see a workspace's
 * content.
 */
const nameOf = ({ workspace, platform, id }: AccountStanding): string =>
  `Account ${workspace}/${platform} ${id}`

const reconnect = 'An admin of the workspace needs to reconnect it under Accounts.'

const checkAccount = async (
  deps: DoctorDeps,
  account: AccountStanding,
  inspected: Map<string, Promise<GrantState>>,
  signal: AbortSignal,
): Promise<Finding> => {
  const check = nameOf(account)
  const issuer = deps.platforms.issuers.get(account.issuer)
  if (!issuer)
    return {
      check,
      result: 'problem',
      words: `The app at ${account.issuer} is not configured, so nothing can be published there.`,
      todo: 'Set the app’s keys again, or disconnect the account.',
    }
  if (account.state === 'reconnect' || account.grantState !== 'active')
    return { check, result: 'problem', words: 'The connection has ended.', todo: reconnect }
  if (account.expiresAt && account.expiresAt.getTime() <= deps.now())
    return {
      check,
      result: 'warning',
      words:
        'The access token has expired and hasn’t been renewed yet, so the account couldn’t be checked.',
      todo: 'The worker renews it. Check that one runs.',
    }
  try {
    return await askAbout(deps, issuer, account, inspected, signal)
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    const ended = error.kind === 'reauthorize'
    return {
      check,
      result: ended ? 'problem' : 'warning',
      words: ended
        ? error.message
        : `${issuer.label} did not answer (${error.problem.code}): ${error.message}`,
      todo: ended ? reconnect : 'Try again later.',
    }
  }
}

const askAbout = async (
  deps: DoctorDeps,
  issuer: Issuer,
  account: AccountStanding,
  inspected: Map<string, Promise<GrantState>>,
  signal: AbortSignal,
): Promise<Finding> => {
  const check = nameOf(account)
  const grant = await openGrant(deps.sql, deps.vault, account.workspaceId, account.grantId)
  if (!grant) return { check, result: 'problem', words: 'Its token was deleted.', todo: reconnect }
  const { accessToken, issuerUserId: userId } = grant
  const asking = inspected.get(grant.id) ?? issuer.inspect({ accessToken, userId }, signal)
  inspected.set(grant.id, asking)
  const said = await asking
  const { why } = await askAccount(deps, grant, account, said)
  if (why !== null) return { check, result: 'problem', words: why, todo: reconnect }
  if (said.scopes === null)
    return {
      check,
      result: 'ok',
      words: `${issuer.label} accepts the connection. It doesn’t report which permissions are granted, so those of the consent are assumed.`,
    }
  const missing = issuer.scopes.filter(({ name }) => !said.scopes?.includes(name))
  if (missing.length === 0)
    return { check, result: 'ok', words: `All ${issuer.scopes.length} permissions are granted.` }
  return {
    check,
    result: missing.some(({ needed }) => needed) ? 'problem' : 'warning',
    words: `Missing permissions: ${missing.map(({ name, purpose }) => `${name} (${purpose.toLowerCase()})`).join(', ')}.`,
    todo: 'An admin of the workspace needs to reconnect it and grant them. The app must offer them, too.',
  }
}
