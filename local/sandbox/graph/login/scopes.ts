/** The permissions that this app can request (fact sheet 1.2). The dialog rejects all others. */
const knownScopes = [
  'public_profile',
  'email',
  'pages_show_list',
  'pages_read_engagement',
  'pages_manage_posts',
  'pages_read_user_content',
  'pages_manage_engagement',
  'pages_manage_metadata',
  'pages_messaging',
  'read_insights',
  'instagram_basic',
  'instagram_content_publish',
  'instagram_manage_insights',
  'instagram_manage_comments',
  'instagram_manage_contents',
  'business_management',
  'ads_management',
  'ads_read',
] as const

export const isKnownScope = (name: string): boolean =>
  (knownScopes as readonly string[]).includes(name)

/** Splits `a,b c` as Meta does. */
export const splitScopes = (text: string): string[] => [
  ...new Set(text.split(/[\s,]+/).filter(Boolean)),
]
