import { type Access, everybody, signedIn } from './access.ts'

/** Assistants, and connecting apps by OAuth. */
export const appRoutes: Record<string, Access> = {
  'POST /mcp': everybody(401),
  'GET /.well-known/oauth-protected-resource': everybody(200),
  'GET /.well-known/oauth-protected-resource/mcp': everybody(200),
  'GET /.well-known/oauth-authorization-server': everybody(200),
  'POST /oauth/register': everybody(400),
  'POST /oauth/token': everybody(400),
  'POST /oauth/revoke': everybody(400),
  'GET /oauth/authorize': signedIn(400),
  'POST /oauth/authorize': signedIn(400),
  'POST /account/apps/:id/end': signedIn(404),
}
