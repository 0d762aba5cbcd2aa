import { forAnyone, type WebDeps } from '../http/env.ts'
import type { Renderer } from '../http/render.ts'
import { policyFacts } from './policy-facts.ts'
import { readTerms } from './terms.ts'

/**
 * The terms of service: the operator's own text, or a default with the operator's name. Public,
 * like the privacy policy.
 */
export const termsRoutes = (deps: WebDeps, view: Renderer) => {
  const { terms } = deps.config.operator
  const own = terms === undefined ? null : readTerms(terms)
  return forAnyone
    .createApp()
    .get('/terms', (c) => view.page(c, 'terms/show', { own, facts: policyFacts(deps.config) }))
}
