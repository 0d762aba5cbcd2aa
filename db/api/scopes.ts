/** What a key may do. No scope includes another. */
export const apiScopes = ['read', 'draft', 'schedule', 'publish', 'manage'] as const
export type ApiScope = (typeof apiScopes)[number]

/** Scopes for what only admins may do. They end when the maker of a key is no admin any more. */
export const adminScopes: ApiScope[] = ['manage']

/** The same for connected apps, most of which are assistants: what goes out needs an admin. */
export const appAdminScopes: ApiScope[] = ['schedule', 'publish', 'manage']
