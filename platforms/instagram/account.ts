import type { Account } from '../account.ts'
import { PlatformError } from '../errors.ts'
import { isHidden } from '../graph/errors.ts'

/**
 * Whose token was used: the person's (`grant`) or the Page's (`account`). A container is published
 * with the same token that created it.
 */
export type Via = 'grant' | 'account'

/**
 * Calls Instagram with the person's token, because reads with a Page token have sometimes failed
 * with 100/33 since May 2026. If it is refused, tries the Page's token, for people whose role on
 * the Page comes from a business portfolio. Don't use this for publishing: a publishing call must
 * be made only once.
 */
export const asAccount = async <T>(
  account: Account,
  request: (token: string) => Promise<T>,
): Promise<{ value: T; via: Via }> => {
  try {
    return { value: await request(account.grantToken), via: 'grant' }
  } catch (first) {
    const { accountToken } = account
    if (!accountToken || !(first instanceof PlatformError) || !mayHelp(first)) throw first
    // The first error is more useful: it is about the token that should work.
    const refused = (): never => {
      throw first
    }
    return { value: await request(accountToken).catch(refused), via: 'account' }
  }
}

export const tokenOf = (account: Account, via: Via): string =>
  via === 'account' && account.accountToken ? account.accountToken : account.grantToken

const mayHelp = (error: PlatformError): boolean => error.kind === 'permission' || isHidden(error)
