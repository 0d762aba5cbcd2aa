import type { ApiScope } from '../../db/api/scopes.ts'

/** What each scope means, for whoever grants it. */
export const scopeWords: Record<ApiScope, { label: string; words: string }> = {
  read: { label: 'Read', words: 'See accounts, media, posts, receipts and insights.' },
  draft: {
    label: 'Draft',
    words: 'Upload files, write drafts, delete them and send them for approval.',
  },
  schedule: { label: 'Schedule', words: 'Schedule, move, cancel and change posts that go out.' },
  publish: { label: 'Publish', words: 'Publish posts at once.' },
  manage: {
    label: 'Manage',
    words: 'Change weekly slots, rename and delete labels, read the activity log.',
  },
}
