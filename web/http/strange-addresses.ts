import { HTTPException } from 'hono/http-exception'
import { isUnfitForAddress } from '../../text/clean-text.ts'
import { forAnyone } from './env.ts'
import { isUpload } from './forms/body.ts'

/**
 * Refuses URLs with broken percent-encoding, or with characters that our URLs never have
 * (text/clean-text.ts), so that routes don't have to handle them. The name of an uploaded file may
 * have such characters: it is cleaned instead.
 */
export const refuseStrangeAddresses = forAnyone.createMiddleware(async (c, next) => {
  const { pathname, searchParams } = new URL(c.req.url)
  const path = decoded(pathname)
  if (path === null || (isUnfitForAddress(path) && !isUpload(c))) throw strange()
  for (const [name, value] of searchParams)
    if (isUnfitForAddress(name) || isUnfitForAddress(value)) throw strange()
  await next()
})

const decoded = (path: string): string | null => {
  try {
    return decodeURIComponent(path)
  } catch {
    return null // a URIError: the encoding is broken
  }
}

const strange = () =>
  new HTTPException(400, {
    message:
      'This address contains characters that don’t belong there. Check the link and try again.',
  })
