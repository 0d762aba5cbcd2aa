/** Where an app finds what it needs to connect. `resource` is what its tokens are for. */
export const addressesOf = (publicUrl: string) => ({
  issuer: publicUrl,
  resource: `${publicUrl}/mcp`,
  aboutResource: `${publicUrl}/.well-known/oauth-protected-resource/mcp`,
  authorize: `${publicUrl}/oauth/authorize`,
  token: `${publicUrl}/oauth/token`,
  register: `${publicUrl}/oauth/register`,
  revoke: `${publicUrl}/oauth/revoke`,
  documentation: `${publicUrl}/developers`,
})
