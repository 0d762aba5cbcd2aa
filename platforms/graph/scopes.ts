/**
 * What CrateSocial asks of Meta and why. `needed`: without it the accounts of a platform cannot be connected; the others only cost
 * their numbers or hide accounts that belong to a business portfolio.
 */
export const scopes = [
  { name: 'pages_show_list', needed: true, purpose: 'see the Pages you can connect' },
  { name: 'pages_read_engagement', needed: true, purpose: 'read the posts of a connected Page, to confirm that they are out' },
  { name: 'pages_manage_posts', needed: true, purpose: 'publish on a connected Page' },
  { name: 'read_insights', needed: false, purpose: 'read the numbers of a Page and its posts' },
  { name: 'instagram_basic', needed: true, purpose: 'see the Instagram account behind a Page and its posts' },
  { name: 'instagram_content_publish', needed: true, purpose: 'publish on a connected Instagram account' },
  { name: 'instagram_manage_insights', needed: false, purpose: 'read the numbers of an Instagram account and its posts' },
  { name: 'business_management', needed: false, purpose: 'see Pages that belong to a business portfolio' },
]

export const scopesOfPages = ['pages_read_engagement', 'pages_manage_posts']
export const scopesOfInstagram = ['pages_read_engagement', 'instagram_basic', 'instagram_content_publish']

export const missingScopes = (wanted: string[], granted: string[]): string[] => wanted.filter((name) => !granted.includes(name))

/** The needed scopes that a person left unticked. */
export const missingNeeded = (granted: string[]): string[] =>
  missingScopes(
    scopes.filter((scope) => scope.needed).map((scope) => scope.name),
    granted,
  )
