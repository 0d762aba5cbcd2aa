import type { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { isBusy } from '../db/postgres/waiting.ts'
import { avatarRoutes } from './channels/avatar-routes.ts'
import { callbackRoutes } from './channels/callback-routes.ts'
import { channelsRoutes } from './channels/routes.ts'
import { loadAssets } from './http/assets.ts'
import { compressWhenAsked } from './http/compression.ts'
import { type AnyContext, type Env, forAnyone, type WebDeps } from './http/env.ts'
import { ClientGone, limitBodies } from './http/forms/body.ts'
import { headersEverywhere, refuseForeignWrites } from './http/headers.ts'
import { ownRequestId } from './http/own-request-id.ts'
import { createRenderer, type Renderer } from './http/render.ts'
import { logRequests } from './http/request-log.ts'
import { spanRequests } from './http/request-span.ts'
import { requireMember, sessions } from './http/session.ts'
import { refuseStrangeAddresses } from './http/strange-addresses.ts'
import { insightsRoutes } from './insights/routes.ts'
import { publicMediaRoutes } from './media/public-routes.ts'
import { mediaRoutes } from './media/routes.ts'
import { isStorageFull } from './media/storage.ts'
import { uploadRoutes } from './media/uploads/routes.ts'
import { activityRoutes } from './notifications/activity-routes.ts'
import { liveRoutes } from './notifications/live-routes.ts'
import { noticesRoutes } from './notifications/routes.ts'
import { codecRoutes } from './operate/codec-routes.ts'
import { healthRoutes } from './operate/health-routes.ts'
import { pauseRoutes } from './operate/pause-routes.ts'
import { operateRoutes } from './operate/routes.ts'
import { temporalUiRoutes } from './operate/temporal-ui-routes.ts'
import { workflowIds, workflowPage } from './operate/workflow-page.ts'
import { homeRoutes } from './pages/home-routes.ts'
import { accountRoutes } from './people/account-routes.ts'
import { emailRoutes } from './people/email-routes.ts'
import { firstStepsRoutes } from './people/first-step-routes.ts'
import { invitationsRoutes } from './people/invitation-routes.ts'
import { leavingRoutes } from './people/leaving-routes.ts'
import { peopleRoutes } from './people/routes.ts'
import { settingsRoutes } from './people/settings-routes.ts'
import { signInLinkRoutes } from './people/sign-in/link-routes.ts'
import { passwordResetRoutes } from './people/sign-in/password-reset-routes.ts'
import { signInRoutes } from './people/sign-in/routes.ts'
import { secondFactorRoutes } from './people/sign-in/second-factor-routes.ts'
import { secondStepRoutes } from './people/sign-in/second-step-routes.ts'
import { securityRoutes } from './people/sign-in/security-routes.ts'
import { calendarRoutes } from './posts/calendar-routes.ts'
import { postsRoutes } from './posts/routes.ts'
import { todayRoutes } from './posts/today-routes.ts'
import { dataDeletionRoutes } from './privacy/deletion-routes.ts'
import { policyOf } from './privacy/policy.ts'
import { promisesRoutes } from './privacy/promise-routes.ts'
import { privacyRoutes } from './privacy/routes.ts'
import { termsRoutes } from './privacy/terms-routes.ts'

/** The whole web application; `app.request()` is enough to test it. */
export const createApp = (deps: WebDeps): Hono<Env> => {
  const assets = loadAssets({ fresh: !deps.config.production })
  const view = createRenderer({
    cache: deps.config.production,
    assets: assets.address,
    policy: policyOf(deps),
    site: {
      host: new URL(deps.config.publicUrl).host,
      operator: deps.config.operator.name ?? null,
      contact: deps.config.mail.contact,
    },
    workflow: (what, id) => workflowPage(deps.config.temporal, workflowIds[what](id)),
  })
  const app = forAnyone.createApp()
  app.use(ownRequestId, spanRequests(), logRequests(deps.log, deps.observe))
  app.use(headersEverywhere, limitBodies, refuseStrangeAddresses)
  app.onError((error, c) => errorPage(deps, view, error, c))
  app.notFound((c) => view.page(c, 'errors/show', errorWords(404), 404))

  // Platforms fetch these: no session, no page, and headers of their own that let other origins read them.
  app.route('/', publicMediaRoutes(deps))
  app.route('/', callbackRoutes(deps)) // signed by the platforms; outside of session and same-origin rules
  app.route('/', temporalUiRoutes(deps)) // pages of Temporal, with a policy of their own

  app.get('/assets/*', (c) => assets.serve(c) ?? c.notFound())
  app.get('/favicon.ico', (c) => c.redirect(assets.address('icon.svg'), 301))
  app.route('/', healthRoutes(deps))

  app.use(compressWhenAsked, refuseForeignWrites(deps.config.publicUrl), sessions(deps))
  app.use('/w/:workspace/*', requireMember())
  for (const routes of pages) app.route('/', routes(deps, view))
  return app
}

// biome-ignore lint/suspicious/noExplicitAny: a Hono is invariant in its Env, and these have three of them
const pages: ((deps: WebDeps, view: Renderer) => Hono<any>)[] = [
  homeRoutes,
  signInRoutes,
  signInLinkRoutes,
  secondStepRoutes,
  securityRoutes,
  passwordResetRoutes,
  invitationsRoutes,
  privacyRoutes,
  termsRoutes,
  dataDeletionRoutes,
  accountRoutes,
  emailRoutes,
  leavingRoutes,
  operateRoutes,
  codecRoutes,
  promisesRoutes,
  secondFactorRoutes,
  peopleRoutes,
  settingsRoutes,
  pauseRoutes,
  activityRoutes,
  todayRoutes,
  firstStepsRoutes,
  noticesRoutes,
  calendarRoutes,
  postsRoutes,
  mediaRoutes,
  uploadRoutes,
  insightsRoutes,
  channelsRoutes,
  avatarRoutes,
  liveRoutes,
]

const errorPage = (deps: WebDeps, view: Renderer, thrown: Error, c: AnyContext): Response => {
  if (thrown instanceof ClientGone) return new Response(null, { status: 499 }) // nobody is left to read a page
  if (isBusy(thrown)) return busyPage(deps, view, thrown, c)
  const error = isStorageFull(thrown) ? noSpace(deps, c, thrown) : thrown
  const status = error instanceof HTTPException ? error.status : 500
  if (!(error instanceof HTTPException)) deps.log.error({ ...shaped(error), requestId: c.get('requestId') }, 'a request failed')
  return view.page(c, 'errors/show', errorWords(status, error instanceof HTTPException ? error.message : ''), status)
}

const busyRetryS = 5

/** The database did not answer in the time that a person waits: nothing was changed. */
const busyPage = (deps: WebDeps, view: Renderer, error: Error, c: AnyContext): Response => {
  deps.log.warn({ ...shaped(error), requestId: c.get('requestId') }, 'the database is too busy')
  c.header('Retry-After', String(busyRetryS))
  const words = 'CrateSocial is busy, so this was not done and nothing was changed. Try again in a few seconds.'
  return view.page(c, 'errors/show', { status: 503, title: 'Busy right now', words }, 503)
}

/** Nothing was changed, and the same request works once there is space again. */
const noSpace = (deps: WebDeps, c: AnyContext, error: Error): HTTPException => {
  deps.log.error({ ...shaped(error), requestId: c.get('requestId') }, 'there is too little disk space')
  c.header('Retry-After', '60')
  return new HTTPException(503, {
    message:
      'The server is out of disk space, so this was not saved. Go back to find what you typed, and try again in a few minutes.',
  })
}

/** Without the other properties: those of database errors quote values of the row, an email among them (promise: S3). */
const shaped = (error: Error): Record<string, unknown> => ({
  error: error.name,
  code: 'code' in error ? error.code : undefined,
  words: error.message,
  stack: error.stack,
})

const errorWords = (status: number, message = ''): { status: number; title: string; words: string } => {
  const known: Record<number, [string, string]> = {
    403: ['Not allowed', 'You may not do this here.'],
    429: ['Too many attempts', 'Wait a little, then try again.'],
    503: ['Not saved', 'Try again in a few minutes.'],
    404: ['Not found', 'There is nothing at this address, or it is not yours to see.'],
    500: [
      'Something went wrong here',
      'The request was not carried out. The log of the server says why, under the number below.',
    ],
  }
  const [title, words] = known[status] ?? ['This did not work', 'The request could not be carried out as it was sent.']
  return { status, title, words: message || words }
}
