import type { Hono } from 'hono'
import { createApi } from './api/app.ts'
import { keyRoutes } from './api/key-routes.ts'
import { problemAnswerTo } from './api/problems.ts'
import { referenceRoutes } from './api/reference-routes.ts'
import { avatarRoutes } from './channels/avatar-routes.ts'
import { callbackRoutes } from './channels/callback-routes.ts'
import { channelsRoutes } from './channels/routes.ts'
import { publicFeedRoutes } from './feeds/public-routes.ts'
import { feedRoutes } from './feeds/routes.ts'
import { loadAssets } from './http/assets.ts'
import { compressWhenAsked } from './http/compression.ts'
import { type Env, forAnyone, type WebDeps } from './http/env.ts'
import { errorPage, errorWords } from './http/error-pages.ts'
import { limitBodies } from './http/forms/body.ts'
import { headersEverywhere, refuseForeignWrites } from './http/headers.ts'
import { ownRequestId } from './http/own-request-id.ts'
import { createRenderer, type Renderer } from './http/render.ts'
import { logRequests } from './http/request-log.ts'
import { spanRequests } from './http/request-span.ts'
import { requireMember, sessions } from './http/session.ts'
import { refuseStrangeAddresses } from './http/strange-addresses.ts'
import { annotationRoutes } from './insights/annotations/routes.ts'
import { insightsRoutes } from './insights/routes.ts'
import { mcpRoutes } from './mcp/routes.ts'
import { libraryActRoutes } from './media/library/act-routes.ts'
import { downloadRoutes } from './media/library/download-routes.ts'
import { mediaLabelRoutes } from './media/library/label-routes.ts'
import { publicMediaRoutes } from './media/public-routes.ts'
import { mediaRoutes } from './media/routes.ts'
import { uploadRoutes } from './media/uploads/routes.ts'
import { activityRoutes } from './notifications/activity-routes.ts'
import { dismissRoutes } from './notifications/dismiss-routes.ts'
import { liveRoutes } from './notifications/live-routes.ts'
import { noticesRoutes } from './notifications/routes.ts'
import { consentRoutes } from './oauth/consent-routes.ts'
import { metadataRoutes } from './oauth/metadata-routes.ts'
import { tokenRoutes } from './oauth/token-routes.ts'
import { codecRoutes } from './operate/codec-routes.ts'
import { healthRoutes } from './operate/health-routes.ts'
import { pauseRoutes } from './operate/pause-routes.ts'
import { operateRoutes } from './operate/routes.ts'
import { temporalUiRoutes } from './operate/temporal-ui-routes.ts'
import { workflowIds, workflowPage } from './operate/workflow-page.ts'
import { homeRoutes } from './pages/home-routes.ts'
import { installRoutes } from './pages/install-routes.ts'
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
import { calendarRoutes } from './posts/calendar/routes.ts'
import { captionRoutes } from './posts/captions/settings-routes.ts'
import { gridRoutes } from './posts/grid/routes.ts'
import { importRoutes } from './posts/imports/routes.ts'
import { postLabelRoutes } from './posts/labels/post-routes.ts'
import { labelRoutes } from './posts/labels/settings-routes.ts'
import { postsRoutes } from './posts/routes.ts'
import { seriesRoutes } from './posts/series/routes.ts'
import { todayRoutes } from './posts/today/routes.ts'
import { copyRoutes } from './posts/when/copy-routes.ts'
import { monthRoutes } from './posts/when/month-routes.ts'
import { queueRoutes } from './posts/when/queue-routes.ts'
import { dataDeletionRoutes } from './privacy/deletion-routes.ts'
import { policyOf } from './privacy/policy.ts'
import { promisesRoutes } from './privacy/promise-routes.ts'
import { privacyRoutes } from './privacy/routes.ts'
import { termsRoutes } from './privacy/terms-routes.ts'
import { reportEmailRoutes } from './reports/email-routes.ts'
import { publicReportRoutes } from './reports/public-routes.ts'
import { reportReaderRoutes } from './reports/reader-routes.ts'
import { reportRoutes } from './reports/routes.ts'
import { reportShareRoutes } from './reports/share-routes.ts'
import { reviewActRoutes } from './reviews/act-routes.ts'
import { clientFileRoutes } from './reviews/client/file-routes.ts'
import { clientRoutes } from './reviews/client/routes.ts'
import { reviewLinkRoutes } from './reviews/links/routes.ts'
import { reviewsRoutes } from './reviews/routes.ts'
import { reviewSettingsRoutes } from './reviews/settings-routes.ts'
import { webhookRoutes } from './webhooks/routes.ts'

/** Addresses that programs call, which get problems instead of pages. */
const forPrograms = /^\/(api\/|mcp$|oauth\/(register|token|revoke)$)/

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
  app.onError((error, c) =>
    forPrograms.test(c.req.path)
      ? problemAnswerTo(deps, error, c)
      : errorPage(deps, view, error, c),
  )
  app.notFound((c) => view.page(c, 'errors/show', errorWords(404), 404))

  // Platforms fetch these: no session, no page, and headers of their own that let other origins read them.
  app.route('/', publicMediaRoutes(deps))
  app.route('/', callbackRoutes(deps)) // signed by the platforms; outside of session and same-origin rules
  app.route('/', temporalUiRoutes(deps)) // pages of Temporal, with a policy of their own

  app.route('/', publicReportRoutes(deps, view)) // clients read these by a secret link, likewise
  app.route('/', reportReaderRoutes(deps, view)) // mail programs end emails here with one request
  app.route('/', publicFeedRoutes(deps)) // programs read these by a secret link, without a session

  app.get('/assets/*', (c) => assets.serve(c) ?? c.notFound())
  app.get('/favicon.ico', (c) => c.redirect(assets.address('icon.svg'), 301))
  app.route('/', installRoutes(view, assets.address))
  app.route('/', healthRoutes(deps))
  const api = createApi(deps)
  app.route('/api/v1', api.routes) // with keys: outside of session and same-origin rules
  app.route('/', mcpRoutes(deps, api.routes)) // the same operations, for assistants
  app.route('/', metadataRoutes(deps))
  app.route('/', tokenRoutes(deps)) // called by apps, not by browsers

  app.use(compressWhenAsked, refuseForeignWrites(deps.config.publicUrl), sessions(deps))
  app.use('/w/:workspace/*', requireMember())
  app.route('/', referenceRoutes(deps, view, api.document))
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
  reviewSettingsRoutes,
  reviewsRoutes,
  reviewActRoutes,
  reviewLinkRoutes,
  clientRoutes,
  clientFileRoutes,
  queueRoutes,
  keyRoutes,
  webhookRoutes,
  consentRoutes,
  labelRoutes,
  captionRoutes,
  postLabelRoutes,
  seriesRoutes,
  pauseRoutes,
  activityRoutes,
  todayRoutes,
  firstStepsRoutes,
  dismissRoutes,
  noticesRoutes,
  calendarRoutes,
  gridRoutes,
  monthRoutes,
  copyRoutes,
  feedRoutes,
  importRoutes,
  postsRoutes,
  mediaRoutes,
  libraryActRoutes,
  downloadRoutes,
  mediaLabelRoutes,
  uploadRoutes,
  insightsRoutes,
  annotationRoutes,
  reportRoutes,
  reportShareRoutes,
  reportEmailRoutes,
  channelsRoutes,
  avatarRoutes,
  liveRoutes,
]
