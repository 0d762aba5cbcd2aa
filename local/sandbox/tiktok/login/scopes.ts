/** Scopes of Login Kit, with their descriptions on the consent page (fact sheet 2.5). */
export const scopes = {
  'user.info.basic': 'Read your profile info: avatar and display name',
  'user.info.profile':
    'Read your additional profile info: username, bio, profile link and account verification',
  'user.info.stats':
    'Read your profile engagement statistics: likes, followers, following and video count',
  'video.list': 'Read your public videos on TikTok',
  'video.publish': 'Post content to TikTok',
  'video.upload': 'Upload draft content to your TikTok inbox',
} as const

export type Scope = keyof typeof scopes

export const isScope = (name: string): name is Scope => Object.hasOwn(scopes, name)

/** The scope required for each field of user/info (fact sheet 3). */
export const scopeOfUserField: Record<string, Scope> = {
  open_id: 'user.info.basic',
  union_id: 'user.info.basic',
  avatar_url: 'user.info.basic',
  avatar_url_100: 'user.info.basic',
  avatar_large_url: 'user.info.basic',
  display_name: 'user.info.basic',
  bio_description: 'user.info.profile',
  profile_deep_link: 'user.info.profile',
  profile_web_link: 'user.info.profile',
  username: 'user.info.profile',
  is_verified: 'user.info.profile',
  follower_count: 'user.info.stats',
  following_count: 'user.info.stats',
  likes_count: 'user.info.stats',
  video_count: 'user.info.stats',
}
