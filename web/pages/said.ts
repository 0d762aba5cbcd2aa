import { terms } from '../../db/privacy/terms.ts'

/**
 * Messages that a page may show after a redirect, by key. Any other value of `?said=` is ignored,
 * so a URL can't put text on a page.
 */
const sentences = {
  'signed-out': 'You’re signed out.',
  'password-changed':
    'Password changed. You’re signed out everywhere else, and apps are disconnected.',
  'password-reset': 'Password changed. Sign in with your new password.',
  'feed-deleted': 'Link deleted. Programs that use it no longer get posts.',
  'name-saved': 'Name saved.',
  'email-saved': 'Your email address has changed. Use the new one to sign in from now on.',
  'export-asked': 'We’re preparing your export. We’ll email you a link when it’s ready.',
  'email-back':
    'Your old email address is back, and you’re signed out everywhere. Choose a new password now: we’ve emailed you a link.',
  'account-deactivated': `Your account is deactivated. Sign in within ${terms.account} to reactivate it; after that, it’s deleted.`,
  'member-deactivated': `The account is deactivated. They’re signed out, and the account is deleted in ${terms.account} unless you reactivate it.`,
  'member-reactivated': 'They can sign in again.',
  'email-asked':
    'We sent a link to the new address. Open it while you are signed in to finish the change.',
  'email-canceled': 'Your email address change is canceled.',
  'passkey-added': 'Passkey added. You can now sign in with it.',
  'passkey-renamed': 'Passkey renamed.',
  'passkey-removed': 'Passkey removed. Also delete it from your device or password manager.',
  'authenticator-added':
    'Authenticator app turned on. From now on, you need a code from it to sign in with your password.',
  'authenticator-replaced': 'Authenticator app replaced. Codes from the old app no longer work.',
  'authenticator-removed': 'Authenticator app removed.',
  'second-factor-reset':
    'Two-step sign-in reset. They’re signed out, and can sign in with just their password.',
  'second-factor-required': 'Two-step sign-in is now required.',
  'second-factor-optional': 'Two-step sign-in is no longer required.',
  'theme-saved': 'Theme saved.',
  'dates-saved': 'Dates and times saved.',
  'shortcuts-saved': 'Keyboard shortcuts saved.',
  'session-ended': 'That session is signed out.',
  'sessions-ended': 'All other sessions are signed out.',
  'role-changed': 'Role changed. It applies from the next page they open.',
  'review-saved': 'Approval settings saved.',
  'reviews-asked': 'Sent for approval.',
  'reviews-approved': 'Approved.',
  'reviews-some':
    'Some posts were changed in the meantime, or you can’t approve them. The others are done.',
  'comment-deleted': 'Comment deleted.',
  'comment-resolved': 'Comment resolved.',
  'comment-reopened': 'Comment reopened.',
  'reviews-none': 'Select at least one post.',
  'link-revoked': 'Link revoked. Anyone who opens it sees that it no longer works.',
  'client-approved': 'Approved.',
  'client-all': 'All approved. The team has been told.',
  'client-some':
    'Approved, except for posts that were changed in the meantime. Look at them again.',
  'client-changes': 'Changes requested. The team has been told.',
  'client-undone': 'Approval taken back.',
  'client-late': 'Nothing changed: this post can’t be decided any more.',
  'member-removed': 'They’re no longer a member of this workspace.',
  'invitation-revoked': 'Invitation revoked. Its link no longer works.',
  'invitation-restored': 'Invitation restored. Its link works again.',
  'notices-seen': 'All notifications are marked as read.',
  joined: 'You’re now a member of this workspace.',
  resumed: 'Publishing resumed.',
  'import-undone': 'Import undone. Its posts are deleted.',
  'copies-scheduled': 'Copies scheduled.',
  'copies-drafted': 'Copies saved as drafts.',
  'order-saved': 'New order saved. The posts go out at their new times.',
  'key-ended': 'Key ended. Requests with it are refused from now on.',
  'webhook-saved': 'Events saved.',
  'webhook-on': 'Turned on. New events are sent from now on.',
  'webhook-off': 'Turned off. Events are no longer sent there.',
  'webhook-removed': 'Endpoint deleted.',
  'webhook-tested': 'Test sent. Reload the page in a moment to see the answer.',
  'webhook-again': 'Sent again. Reload the page in a moment to see the answer.',
  'app-ended': 'App disconnected. It can’t see or change anything here any more.',
  'series-stopped': 'Stopped. It doesn’t repeat any more.',
  'slots-added': 'Slots added.',
  'slot-removed': 'Slot removed. Posts that are already scheduled keep their time.',
  'caption-added': 'Saved. Insert it from the text of any post.',
  'caption-saved': 'Changes saved. Posts keep the text that they have.',
  'caption-empty': 'Draft saved. Write a text first to save it as a caption.',
  'caption-long': 'Draft saved. Its text is too long for a saved caption.',
  'caption-taken': 'Draft saved. Several saved captions already begin with these words.',
  'captions-full':
    'Draft saved. The list of saved captions is full. Delete one under Settings first.',
  'caption-deleted': 'Saved caption deleted. Posts keep their text.',
  'report-saved': 'Report saved.',
  'report-deleted': 'Report deleted. Its link no longer works.',
  'report-emails-on': 'Saved. The report is sent by email.',
  'report-emails-off': 'The report is no longer sent by email.',
  'report-reader-asked': 'We asked this address to confirm. Until then, it gets no reports.',
  'report-reader-known': 'This address is already on the list.',
  'report-reader-removed': 'Address removed. It gets no more reports.',
  'report-link-deleted': 'Link deleted. Nobody can open the report with it any more.',
  'logo-saved': 'Logo saved.',
  'logo-removed': 'Logo removed.',
  'label-added': 'Label added.',
  'label-saved': 'Label saved.',
  'label-deleted': 'Label deleted. Its posts are still there.',
  'labels-changed': 'This post has changed meanwhile. Choose its labels again.',
  'labels-saved': 'Labels saved.',
  'labels-merged': 'Labels merged.',
  'workspace-saved': 'Settings saved.',
  'workspace-made': 'Workspace created. You’re its first admin. Invite others under People.',
  'media-uploaded': 'Uploaded. Your files are ready to use in posts.',
  'media-deleted': 'File deleted.',
  'several-media-deleted': 'Files deleted.',
  'media-renamed': 'File renamed.',
  'media-labels-saved': 'Labels saved.',
  'media-labeled': 'Label added to the selected files.',
  'alt-text-saved': 'Alt text saved.',
  'account-deleting': 'Everything stored about this account is being deleted.',
  'account-disconnected':
    'Disconnected. Nothing more is published there, and its tokens are no longer used.',
  'connection-checked': 'Checking the connection. This page will show the result.',
  'undo-late': 'The old time has passed, so this couldn’t be undone. Choose a new time.',
  'undo-changed': 'This couldn’t be undone because the post has changed since.',
  'admins-asked': 'The admins have been notified.',
  'notices-saved': 'Notification settings saved.',
  'edit-discarded': 'Your unsaved edit is discarded. This is the saved version.',
  'version-restored': 'Version restored. The one before is still under Saved versions.',
  'unsaved-first':
    'You have an edit of this post that isn’t saved. Save or discard it before you restore a version.',
  'note-added': 'Note added.',
  'note-saved': 'Note saved.',
  'note-deleted': 'Note deleted.',
  'steps-dismissed': 'First steps dismissed.',
  'lost-dismissed': 'Dismissed. It comes back if the connection is lost again.',
  'deletion-dismissed': 'Dismissed. The post may still be published.',
  'ending-dismissed': 'Dismissed. We’ll tell you if the connection stops working.',
  'accounts-connected': 'Connected. You can now publish to these accounts.',
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
  'lost-dismissed': (id) => `today/lost/${id}/restore`,
  'deletion-dismissed': (id) => `today/deletion/${id}/restore`,
  'ending-dismissed': (id) => `today/ending/${id}/restore`,
  'invitation-revoked': (id) => `people/invitations/${id}/restore`,
  'notices-seen': (at) => `notices/unseen/${at}`,
}

/** The path to post to in order to undo the action. Undefined if it can't be undone. */
export const undoOf = (key: string | undefined, about: string | undefined): string | undefined => {
  if (!sentence(key) || !about || !/^[0-9a-z-]{1,40}$/i.test(about)) return undefined
  return undos[key as Said]?.(about)
}
