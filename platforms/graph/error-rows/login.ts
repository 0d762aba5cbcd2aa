import { invalidToken } from './codes.ts'
import { connectAgain, type ErrorRow, setup } from './row.ts'

/** Login: invalid codes and tokens. After 190, the token never works again. */
export const loginRows: ErrorRow[] = [
  {
    code: 100,
    subcode: 36007,
    kind: 'reauthorize',
    words: 'Connecting took too long. Start again.',
  },
  {
    code: 100,
    subcode: 36008,
    kind: 'rejected',
    words: `${setup} the redirect address differs from the registered one.`,
  },
  {
    code: 100,
    subcode: 36009,
    kind: 'reauthorize',
    words: 'This sign-in was used already. Start connecting again.',
  },
  {
    code: invalidToken,
    subcode: null,
    kind: 'reauthorize',
    words: `Meta no longer accepts the connection. ${connectAgain}`,
  },
  {
    code: invalidToken,
    subcode: 458,
    kind: 'reauthorize',
    words: `CrateSocial was removed in the settings of Facebook. ${connectAgain}`,
  },
  {
    code: invalidToken,
    subcode: 459,
    kind: 'reauthorize',
    words:
      'Facebook asks the person who connected this account to sign in at facebook.com and follow its instructions; then connect it again.',
  },
  {
    code: invalidToken,
    subcode: 460,
    kind: 'reauthorize',
    words: `The Facebook password was changed, which ended the connection. ${connectAgain}`,
  },
  {
    code: invalidToken,
    subcode: 463,
    kind: 'reauthorize',
    words: `The connection has expired. ${connectAgain}`,
  },
  {
    code: invalidToken,
    subcode: 464,
    kind: 'reauthorize',
    words:
      'The Facebook account of the person who connected this is not confirmed. Confirm it at facebook.com, then connect again.',
  },
  {
    code: invalidToken,
    subcode: 467,
    kind: 'reauthorize',
    words: `Facebook signed out the person who connected this account. ${connectAgain}`,
  },
  {
    code: invalidToken,
    subcode: 490,
    kind: 'reauthorize',
    words:
      'Facebook asks the person who connected this account to confirm who they are; then connect it again.',
  },
  {
    code: invalidToken,
    subcode: 492,
    kind: 'reauthorize',
    words:
      'The person who connected this account no longer has a role on the Page. Someone who has one needs to connect it.',
  },
]
