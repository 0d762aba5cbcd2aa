import { HTTPException } from 'hono/http-exception'
import { cleanLine, cleanText } from '../../../text/clean-text.ts'
import type { AnyContext } from '../env.ts'
import { formMaxBytes, readBody, tooLarge } from './body.ts'
import { parseUrlencoded } from './urlencoded.ts'

const forms = new WeakMap<object, Promise<FormData>>()

/**
 * The request's form with cleaned texts (text/clean-text.ts). Empty if the body isn't a form. Texts
 * keep their line breaks. Can be called more than once.
 */
export const readForm = (c: AnyContext, maxBytes = formMaxBytes): Promise<FormData> => {
  const known = forms.get(c.req)
  if (known) return known
  const form = parse(c, maxBytes)
  forms.set(c.req, form)
  return form
}

/** Text fields as single lines. A repeated field has its last value. Files are left out. */
export const formFields = async (c: AnyContext): Promise<Record<string, string>> => {
  const fields: Record<string, string> = {}
  for (const [name, value] of await readForm(c))
    if (typeof value === 'string') fields[name] = cleanLine(value)
  return fields
}

/** All values of a repeatable field, as single lines. */
export const formList = async (c: AnyContext, name: string): Promise<string[]> =>
  (await readForm(c))
    .getAll(name)
    .flatMap((value) => (typeof value === 'string' ? [cleanLine(value)] : []))

const parse = async (c: AnyContext, maxBytes: number): Promise<FormData> => {
  const contentType = c.req.header('Content-Type') ?? ''
  const body = await readBody(c, maxBytes)
  const form = new FormData()
  const [mediaType = ''] = contentType.split(';', 1)
  switch (mediaType.trim().toLowerCase()) {
    case 'application/x-www-form-urlencoded':
      return take(form, parseUrlencoded(body))
    case 'multipart/form-data':
      // none of our forms is that large, and parsing takes 0.4 µs per byte
      if (body.byteLength > formMaxBytes) throw tooLarge(formMaxBytes)
      return take(form, await parseMultipart(body, contentType))
    default:
      return form
  }
}

const take = (form: FormData, entries: Iterable<[string, unknown]>): FormData => {
  for (const [name, value] of entries)
    if (typeof value === 'string') form.append(cleanText(name), cleanText(value))
  return form
}

const parseMultipart = async (body: Buffer, contentType: string): Promise<FormData> => {
  try {
    return await new Response(body, { headers: { 'Content-Type': contentType } }).formData()
  } catch {
    throw new HTTPException(400, {
      message: 'This form was incomplete. Go back, reload the page and try again.',
    })
  }
}
