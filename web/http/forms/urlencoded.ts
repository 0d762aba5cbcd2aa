import { HTTPException } from 'hono/http-exception'

/** More fields than any of our forms has, even the composer with hundreds of accounts. */
export const formMaxFields = 5_000
/** The limit of one field in UTF-8. Facebook's longest text, 63,206 characters, has at most 247 KB. */
export const fieldMaxBytes = 256 * 1024

const [ampersand, equals, plus, percent, space] = [0x26, 0x3d, 0x2b, 0x25, 0x20]

/**
 * The fields of an urlencoded form, as URLSearchParams reads them. URLSearchParams works character
 * by character: 2 MB block the event loop for 40 ms, and leave as much garbage again. This decodes
 * bytes in place and makes one string for each name and value. Throws 413 for too many or too large
 * fields, before it makes any.
 */
export const parseUrlencoded = (body: Buffer): [string, string][] => {
  const parts = partsOf(body)
  const bytes = Buffer.allocUnsafe(Math.max(0, ...parts.map(({ from, to }) => to - from)))
  return parts.map(({ from, to }) => {
    const found = body.subarray(from, to).indexOf(equals)
    const middle = found < 0 ? to : from + found
    return [textOf(body, from, middle, bytes), textOf(body, Math.min(middle + 1, to), to, bytes)]
  })
}

type Part = { from: number; to: number }

const partsOf = (body: Buffer): Part[] => {
  const parts: Part[] = []
  // Empty fields are left out, but count: two million of them take as long as two million others.
  let count = 0
  for (let from = 0; from < body.length; ) {
    const next = body.indexOf(ampersand, from)
    const to = next < 0 ? body.length : next
    if (to > from) parts.push({ from, to })
    count += 1
    if (count > formMaxFields) throw tooManyFields()
    if (sizeOf(body, from, to) > fieldMaxBytes) throw tooLargeField()
    from = to + 1
  }
  return parts
}

const tooManyFields = (): HTTPException =>
  new HTTPException(413, { message: `This form has more than ${formMaxFields} fields.` })

const tooLargeField = (): HTTPException =>
  new HTTPException(413, {
    message: `A field of this form is larger than ${fieldMaxBytes / 1024} KB. Shorten it and try again.`,
  })

/** The decoded size. Only long fields are looked at. */
const sizeOf = (body: Buffer, from: number, to: number): number => {
  if (to - from <= fieldMaxBytes) return to - from
  let size = to - from
  for (let at = body.indexOf(percent, from); at >= 0 && at < to; at = body.indexOf(percent, at + 1))
    if (byteAt(body, at, to) >= 0) size -= 2
  return size
}

const textOf = (body: Buffer, from: number, to: number, bytes: Buffer): string => {
  let size = 0
  for (let at = from; at < to; at += 1) {
    const byte = body[at]!
    const decoded = byte === percent ? byteAt(body, at, to) : -1
    if (decoded >= 0) at += 2
    bytes[size] = decoded >= 0 ? decoded : byte === plus ? space : byte
    size += 1
  }
  return bytes.toString('utf8', 0, size)
}

/** The byte that `%4A` at this place stands for, or -1. */
const byteAt = (body: Buffer, at: number, to: number): number => {
  if (at + 2 >= to) return -1
  const [high, low] = [hexDigits[body[at + 1]!]!, hexDigits[body[at + 2]!]!]
  return high < 0 || low < 0 ? -1 : high * 16 + low
}

/** The value of each character that is a hexadecimal digit, and -1 for the others. */
const hexDigits = Int8Array.from({ length: 256 }, (_, code) =>
  '0123456789abcdef'.indexOf(String.fromCharCode(code).toLowerCase()),
)
