import { forAnyone, forMembers, type WebDeps } from '../http/env.ts'
import type { Renderer } from '../http/render.ts'
import { requireMember } from '../http/session.ts'
import { platformsNamed } from '../privacy/policy-facts.ts'

/** `/`: Today of the first workspace if signed in, otherwise a short public page. */
export const homeRoutes = (deps: WebDeps, view: Renderer) =>
  forAnyone
    .createApp()
    .get('/', (c) => {
      const user = c.get('user')
      const [first] = c.get('memberships')
      if (first) return c.redirect(`/w/${first.slug}/today`, 303)
      if (user?.isOperator) return c.redirect('/operate', 303)
      return view.page(c, user ? 'home/without-workspace' : 'home/show', {
        contact: deps.config.mail.contact,
        named: platformsNamed(deps.config),
      })
    })
    .route(
      '/',
      forMembers
        .createApp()
        .get('/w/:workspace', requireMember(), (c) =>
          c.redirect(`/w/${c.get('workspace').slug}/today`, 303),
        ),
    )
