import type { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { compress } from 'hono/compress'
import { HTTPException } from 'hono/http-exception'
import { requestId } from 'hono/request-id'
import { loadAssets } from './assets.ts'
import { type AnyContext, type Env, forAnyone, type WebDeps } from './env.ts'
import { refuseForeignWrites, securityHeaders } from './headers.ts'
import { loadNeeds } from './needs.ts'
import { policyOf } from './policy.ts'
import { createRenderer, type Renderer } from './render.ts'
import { logRequests } from './request-log.ts'
import { spanRequests } from './request-span.ts'
import { accountRoutes } from './routes/account.ts'
import { activityRoutes } from './routes/activity.ts'
import { calendarRoutes } from './routes/calendar.ts'
import { callbackRoutes } from './routes/callbacks.ts'
import { channelsRoutes } from './routes/channels.ts'
import { codecRoutes } from './routes/codec.ts'
import { dataDeletionRoutes } from './routes/data-deletion.ts'
import { emailRoutes } from './routes/email.ts'
import { healthRoutes } from './routes/health.ts'
import { homeRoutes } from './routes/home.ts'
import { insightsRoutes } from './routes/insights.ts'
import { invitationsRoutes } from './routes/invitations.ts'
import { leavingRoutes } from './routes/leaving.ts'
import { liveRoutes } from './routes/live.ts'
import { mediaRoutes } from './routes/media.ts'
import { noticesRoutes } from './routes/notices.ts'
import { operateRoutes } from './routes/operate.ts'
import { passwordResetRoutes } from './routes/password-reset.ts'
import { pauseRoutes } from './routes/pause.ts'
import { peopleRoutes } from './routes/people.ts'
import { postsRoutes } from './routes/posts.ts'
import { privacyRoutes } from './routes/privacy.ts'
import { promisesRoutes } from './routes/promises.ts'
import { publicMediaRoutes } from './routes/public-media.ts'
import { settingsRoutes } from './routes/settings.ts'
import { signInRoutes } from './routes/sign-in.ts'
import { temporalUiRoutes } from './routes/temporal-ui.ts'
import { todayRoutes } from './routes/today.ts'
import { requireMember, sessions } from './session.ts'
import { workflowIds, workflowPage } from './workflow-page.ts'

const formMaxBytes = 512 * 1024

/** The whole web application; `app.request()` is enough to test it. */
export const createApp = (deps: WebDeps): Hono<Env> => {
  const assets = loadAssets({ fresh: !deps.config.production })
  const view = createRenderer({
    cache: deps.config.production,
    assets: assets.address,
    policy: policyOf(deps),
    workflow: (what, id) => workflowPage(deps.config.temporal, workflowIds[what](id)),
  })
  const app = forAnyone.createApp()
  app.use(requestId(), spanRequests(), logRequests(deps.log, deps.observe))
  app.onError((error, c) => errorPage(deps, view, error, c))
  app.notFound((c) => view.page(c, 'errors/show', errorWords(404), 404))

  // Platforms fetch these: no session, no page, and headers of their own that let other origins read them.
  app.route('/', publicMediaRoutes(deps))
  app.route('/', callbackRoutes(deps)) // signed by the platforms; outside of session and same-origin rules
  app.route('/', temporalUiRoutes(deps)) // pages of Temporal, with a policy of their own
  app.use(securityHeaders)

  app.get('/assets/*', (c) => assets.serve(c) ?? c.notFound())
  app.get('/favicon.ico', (c) => c.redirect(assets.address('icon.svg'), 301))
  app.route('/', healthRoutes(deps))

  app.use(compress(), refuseForeignWrites(deps.config.publicUrl), limitForms, sessions(deps))
  app.use('/w/:workspace/*', requireMember(), loadNeeds(deps))
  for (const routes of pages) app.route('/', routes(deps, view))
  return app
}

// biome-ignore lint/suspicious/noExplicitAny: a Hono is invariant in its Env, and these have three of them
const pages: ((deps: WebDeps, view: Renderer) => Hono<any>)[] = [
  homeRoutes,
  signInRoutes,
  passwordResetRoutes,
  invitationsRoutes,
  privacyRoutes,
  dataDeletionRoutes,
  accountRoutes,
  emailRoutes,
  leavingRoutes,
  operateRoutes,
  codecRoutes,
  promisesRoutes,
  peopleRoutes,
  settingsRoutes,
  pauseRoutes,
  activityRoutes,
  todayRoutes,
  noticesRoutes,
  calendarRoutes,
  postsRoutes,
  mediaRoutes,
  insightsRoutes,
  channelsRoutes,
  liveRoutes,
]

/** Forms are small; routes that take files (multipart, or the bare file) set their own limit while they stream. */
const limitForms = forAnyone.createMiddleware(async (c, next) => {
  const isForm = c.req.header('Content-Type')?.startsWith('application/x-www-form-urlencoded')
  return isForm ? await bodyLimit({ maxSize: formMaxBytes, onError: tooLarge })(c, next) : await next()
})

const tooLarge = (): never => {
  throw new HTTPException(413, { message: 'This form is too large. Shorten the text and send it again.' })
}

const errorPage = (deps: WebDeps, view: Renderer, error: Error, c: AnyContext): Response => {
  const status = error instanceof HTTPException ? error.status : 500
  if (status >= 500) deps.log.error({ ...shaped(error), requestId: c.get('requestId') }, 'a request failed')
  return view.page(c, 'errors/show', errorWords(status, error instanceof HTTPException ? error.message : ''), status)
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
    404: ['Not found', 'There is nothing at this address, or it is not yours to see.'],
    500: [
      'Something went wrong here',
      'The request was not carried out. The log of the server says why, under the number below.',
    ],
  }
  const [title, words] = known[status] ?? ['This did not work', 'The request could not be carried out as it was sent.']
  return { status, title, words: message || words }
}
