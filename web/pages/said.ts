import { terms } from '../../db/privacy/terms.ts'

/**
 * Messages that a page may show after a redirect, by key. Any other value of `?said=` is ignored,
 * so a URL can't put text on a page.
 */
const sentences = {
  'signed-out': 'You are signed out.',
  'password-changed': 'The password is changed. All other sessions have ended.',
  'password-reset': 'The password is changed. Sign in with the new one.',
  'name-saved': 'The name is saved.',
  'email-saved': 'Your email address has changed. Use the new one to sign in from now on.',
  'export-asked': 'The file is being made. A mail with its link comes when it is ready.',
  'email-back': 'Your former address counts again, and everybody is signed out. Choose a new password now: a link comes by mail.',
  'account-deactivated': `The account is deactivated. Sign in within ${terms.account} to take it back; after that it is deleted.`,
  'member-deactivated': `The account is deactivated: they are signed out, and it is deleted in ${terms.account} unless you take it back.`,
  'member-reactivated': 'They can sign in again.',
  'email-asked': 'We sent a link to the new address. Open it while you are signed in to finish the change.',
  'email-canceled': 'The change of your email address is canceled.',
  'passkey-added': 'The passkey is added. You can sign in with it from now on.',
  'passkey-renamed': 'The passkey is renamed.',
  'passkey-removed': 'The passkey is removed. Also delete it from your device or password manager.',
  'authenticator-added': 'The authenticator app is on. Signing in with your password needs its code from now on.',
  'authenticator-replaced': 'The authenticator app is replaced. Codes from the former app no longer work.',
  'authenticator-removed': 'The authenticator app is removed.',
  'second-factor-reset': 'Two-step sign-in is reset. They are signed out, and can sign in with their password.',
  'second-factor-required': 'Two-step sign-in is now required.',
  'second-factor-optional': 'Two-step sign-in is no longer required.',
  'theme-saved': 'The theme is saved.',
  'session-ended': 'That session has ended.',
  'sessions-ended': 'All other sessions have ended.',
  'role-changed': 'The role is changed. It counts from the next page they open.',
  'member-removed': 'They are no longer a member of this workspace.',
  'invitation-revoked': 'The invitation is revoked. Its link no longer works.',
  'invitation-restored': 'The invitation is open again. Its link works.',
  'notices-seen': 'All notifications are marked as read.',
  joined: 'You are a member of this workspace now.',
  resumed: 'Publishing is resumed.',
  'workspace-saved': 'The settings are saved.',
  'workspace-made': 'The workspace is made. You are its first admin: invite the others under People.',
  'media-uploaded': 'Uploaded. The files are ready for your posts.',
  'media-deleted': 'The file is deleted.',
  'account-deleting': 'Everything stored about this account is being deleted.',
  'account-disconnected': 'Disconnected. Nothing goes out there any more, and its tokens are out of use.',
  'connection-checked': 'The connection is being checked. This page shows what comes of it.',
  'undo-late': 'The former time has passed, so this could not be undone. Choose a new time.',
  'undo-changed': 'This could not be undone: the post was changed since.',
  'admins-asked': 'The admins have been notified.',
  'notices-saved': 'Your choice of notices is saved.',
  'steps-dismissed': 'The first steps are dismissed.',
  'accounts-connected': 'Connected. Posts can go out through these accounts now.',
} as const

export type Said = keyof typeof sentences

export const sentence = (key: string | undefined): string | undefined =>
  key !== undefined && Object.hasOwn(sentences, key) ? sentences[key as Said] : undefined

/**
 * The path that the Undo button posts to, below the workspace's URL. `about` comes from `?undo=`.
 * The route checks it again, so a forged URL can do no more than the person may.
 */
const undos: Partial<Record<Said, (about: string) => string>> = {
  'steps-dismissed': () => 'today/steps/restore',
  'invitation-revoked': (id) => `people/invitations/${id}/restore`,
  'notices-seen': (at) => `notices/unseen/${at}`,
}

/** The path to post to in order to undo the action. Undefined if it can't be undone. */
export const undoOf = (key: string | undefined, about: string | undefined): string | undefined => {
  if (!sentence(key) || !about || !/^[0-9a-z-]{1,40}$/i.test(about)) return undefined
  return undos[key as Said]?.(about)
}
