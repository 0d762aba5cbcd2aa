import { PlatformError } from '../errors.ts'
import { isHidden } from '../graph/errors.ts'
import type { Account } from '../platform.ts'

/** Whose token was used: the person's or the Page's. What one of them made, the same one publishes. */
export type Via = 'grant' | 'account'

/**
 * Instagram's calls take the person's token: since May 2026 reads with a Page token fail at times with 100/33. The Page's token is
 * the second try, for people whose role on the Page comes from a business portfolio. Never used for publishing.
 */
export const asAccount = async <T>(account: Account, request: (token: string) => Promise<T>): Promise<{ value: T; via: Via }> => {
  try {
    return { value: await request(account.grantToken), via: 'grant' }
  } catch (first) {
    const { accountToken } = account
    if (!accountToken || !(first instanceof PlatformError) || !mayHelp(first)) throw first
    // The first refusal tells more: it is about the token that should work.
    const refused = (): never => {
      throw first
    }
    return { value: await request(accountToken).catch(refused), via: 'account' }
  }
}

export const tokenOf = (account: Account, via: Via): string =>
  via === 'account' && account.accountToken ? account.accountToken : account.grantToken

const mayHelp = (error: PlatformError): boolean => error.kind === 'permission' || isHidden(error)
