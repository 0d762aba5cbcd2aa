import { HTTPException } from 'hono/http-exception'
import { isBusy } from '../../db/postgres/waiting.ts'
import { isStorageFull } from '../media/storage.ts'
import type { AnyContext, WebDeps } from './env.ts'
import { ClientGone } from './forms/body.ts'
import type { Renderer } from './render.ts'

export const errorPage = (
  deps: WebDeps,
  view: Renderer,
  thrown: Error,
  c: AnyContext,
): Response => {
  if (thrown instanceof ClientGone) return new Response(null, { status: 499 }) // nobody is left to read a page
  if (isBusy(thrown)) return busyPage(deps, view, thrown, c)
  const error = isStorageFull(thrown) ? noSpace(deps, c, thrown) : thrown
  const status = error instanceof HTTPException ? error.status : 500
  if (!(error instanceof HTTPException))
    deps.log.error({ ...shaped(error), requestId: c.get('requestId') }, 'a request failed')
  return view.page(
    c,
    'errors/show',
    errorWords(status, error instanceof HTTPException ? error.message : ''),
    status,
  )
}

const busyRetryS = 5

/** The database did not answer in the time that a person waits: nothing was changed. */
const busyPage = (deps: WebDeps, view: Renderer, error: Error, c: AnyContext): Response => {
  deps.log.warn({ ...shaped(error), requestId: c.get('requestId') }, 'the database is too busy')
  c.header('Retry-After', String(busyRetryS))
  const words = 'CrateSocial is busy, so nothing was changed. Try again in a few seconds.'
  return view.page(c, 'errors/show', { status: 503, title: 'Busy right now', words }, 503)
}

/** Nothing was changed, and the same request works once there is space again. */
const noSpace = (deps: WebDeps, c: AnyContext, error: Error): HTTPException => {
  deps.log.error(
    { ...shaped(error), requestId: c.get('requestId') },
    'there is too little disk space',
  )
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

export const errorWords = (
  status: number,
  message = '',
): { status: number; title: string; words: string } => {
  const known: Record<number, [string, string]> = {
    403: ['Not allowed', 'You don’t have permission to do this. Ask an admin of your workspace.'],
    429: ['Too many attempts', 'Wait a few minutes, then try again.'],
    503: ['Not saved', 'Try again in a few minutes.'],
    404: ['Not found', 'This page doesn’t exist, or you don’t have access to it.'],
    500: [
      'Something went wrong',
      'Your request wasn’t completed. Try again. If it keeps happening, send the request ID below to your operator.',
    ],
  }
  const [title, words] = known[status] ?? [
    'That didn’t work',
    'We couldn’t process this request. Go back, reload the page and try again.',
  ]
  return { status, title, words: message || words }
}
