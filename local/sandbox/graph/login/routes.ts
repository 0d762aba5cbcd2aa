import type { Hono } from 'hono'
import type { SandboxEnv } from '../../world.ts'
import { listAssignedPages, listBusinesses, listBusinessPages } from '../accounts/business.ts'
import { deletePermissions, listAccounts, ofSelf, readMe } from '../accounts/me.ts'
import type { GraphCall } from '../calls/call.ts'
import { type GraphEndpoint, graphEndpoint } from '../calls/endpoint.ts'
import type { Meta } from '../meta.ts'
import { accessToken, debugToken, listPermissions } from './oauth.ts'

export function loginRoutes(meta: Meta, app: Hono<SandboxEnv>): void {
  const on = (
    endpoint: string,
    handle: (call: GraphCall) => unknown,
    more: Partial<GraphEndpoint> = {},
  ) => graphEndpoint(meta, { platform: 'meta', endpoint, ...more }, handle)
  app.on(
    ['GET', 'POST'],
    '/oauth/access_token',
    on('oauth.access_token', accessToken, { open: true }),
  )
  app.get('/debug_token', on('debug_token', debugToken))
  app.get('/me', on('me', readMe))
  app.get('/me/accounts', on('me.accounts', listAccounts))
  app.get('/me/permissions', on('me.permissions', listPermissions))
  app.get('/me/businesses', on('me.businesses', listBusinesses))
  app.get('/me/assigned_pages', on('me.assigned_pages', listAssignedPages))
  app.get('/:id{[0-9]+}/accounts', on('me.accounts', ofSelf(listAccounts)))
  app.get('/:id{[0-9]+}/permissions', on('me.permissions', ofSelf(listPermissions)))
  app.get('/:id{[0-9]+}/businesses', on('me.businesses', ofSelf(listBusinesses)))
  app.get('/:id{[0-9]+}/assigned_pages', on('me.assigned_pages', ofSelf(listAssignedPages)))
  app.get('/:id{[0-9]+}/owned_pages', on('business.owned_pages', listBusinessPages('owned')))
  app.get('/:id{[0-9]+}/client_pages', on('business.client_pages', listBusinessPages('client')))
  app.delete('/:id/permissions', on('permissions.delete', deletePermissions))
  app.delete('/:id/permissions/:permission', on('permissions.delete', deletePermissions))
}
