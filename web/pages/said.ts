/** What the page after a redirect may say, by key. Anything else in `?said=` is ignored: an address never writes on a page. */
export const sentences = {
  'signed-out': 'You are signed out.',
  'password-changed': 'The password is changed. All other sessions have ended.',
  'password-reset': 'The password is changed. Sign in with the new one.',
  'name-saved': 'The name is saved.',
  'email-saved': 'The email address is saved. Sign in with it from now on.',
  'export-asked': 'The file is being made. A mail with its link comes when it is ready.',
  'email-back': 'Your former address counts again, and everybody is signed out. Choose a new password now: a link comes by mail.',
  'account-deactivated': 'The account is deactivated. Sign in within 30 days to take it back; after that it is deleted.',
  'member-deactivated': 'The account is deactivated: they are signed out, and it is deleted in 30 days unless you take it back.',
  'member-reactivated': 'They can sign in again.',
  'email-asked': 'A link is on its way to the new address. The address changes when you follow it.',
  'theme-saved': 'The theme is saved.',
  'session-ended': 'That session has ended.',
  'sessions-ended': 'All other sessions have ended.',
  'role-changed': 'The role is changed. It counts from the next page they open.',
  'member-removed': 'They are no longer a member of this workspace.',
  'invitation-revoked': 'The invitation is revoked. Its link no longer works.',
  joined: 'You are a member of this workspace now.',
  resumed: 'Publishing is resumed.',
  'workspace-saved': 'The settings are saved.',
  'workspace-made': 'The workspace is made. You are its first admin: invite the others under People.',
  'media-uploaded': 'Uploaded. The files are ready for your posts.',
  'media-deleted': 'The file is deleted.',
  'account-disconnected': 'Disconnected. Nothing goes out there any more, and its tokens are out of use.',
  'connection-checked': 'The connection is being checked. This page shows what comes of it.',
  'notices-saved': 'Your choice of notices is saved.',
  'accounts-connected': 'Connected. Posts can go out through these accounts now.',
} as const

export type Said = keyof typeof sentences

export const sentence = (key: string | undefined): string | undefined =>
  key !== undefined && Object.hasOwn(sentences, key) ? sentences[key as Said] : undefined
