import { apiScopes } from '../../db/api/scopes.ts'
import { forAnyone, type WebDeps } from '../http/env.ts'
import { addressesOf } from './addresses.ts'

const wellKnown = '/.well-known/oauth'

/** What an app reads first: RFC 9728 about /mcp, and RFC 8414 about signing in. */
export const metadataRoutes = (deps: WebDeps) => {
  const at = addressesOf(deps.config.publicUrl)
  const resource = {
    resource: at.resource,
    resource_name: 'CrateSocial',
    authorization_servers: [at.issuer],
    scopes_supported: apiScopes,
    bearer_methods_supported: ['header'],
    resource_documentation: at.documentation,
  }
  const server = {
    issuer: at.issuer,
    authorization_endpoint: at.authorize,
    token_endpoint: at.token,
    registration_endpoint: at.register,
    revocation_endpoint: at.revoke,
    scopes_supported: apiScopes,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none'],
    revocation_endpoint_auth_methods_supported: ['none'],
    authorization_response_iss_parameter_supported: true,
    service_documentation: at.documentation,
  }
  return forAnyone
    .createApp()
    .get(`${wellKnown}-protected-resource`, (c) => c.json(resource, 200, caching))
    .get(`${wellKnown}-protected-resource/mcp`, (c) => c.json(resource, 200, caching))
    .get(`${wellKnown}-authorization-server`, (c) => c.json(server, 200, caching))
}

const caching = { 'Cache-Control': 'public, max-age=300' }
