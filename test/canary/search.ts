/** Something that is searched: a file, a table, a page. */
export type Place = { name: string; bytes: Buffer }

/** A secret, or the mark that many secrets contain. `name` may be shown. */
export type Secret = { name: string; value: Buffer }

export type Hit = { place: string; secret: string; form: string }

/**
 * Finds every secret in every place, in plain text and in the encodings that programs use for
 * bytes.
 */
export const findSecrets = (secrets: Secret[], places: Place[]): Hit[] => {
  const needles = secrets.flatMap(({ name, value }) =>
    formsOf(value).map(({ form, bytes }) => ({ secret: name, form, bytes })),
  )
  return places.flatMap((place) =>
    needles
      .filter(({ bytes }) => place.bytes.includes(bytes))
      .map(({ secret, form }) => ({ place: place.name, secret, form })),
  )
}

type Form = { form: string; bytes: Buffer }

const formsOf = (value: Buffer): Form[] => [
  { form: 'clear', bytes: value },
  { form: 'hex', bytes: Buffer.from(value.toString('hex')) },
  { form: 'HEX', bytes: Buffer.from(value.toString('hex').toUpperCase()) },
  ...['base64', 'base64url'].flatMap((encoding) =>
    inBase64(value, encoding as 'base64' | 'base64url'),
  ),
]

/**
 * Within longer bytes, a value has three possible forms in base64, depending on how many bytes
 * before it share its first group. Leaves out the digits that also depend on neighboring bytes.
 */
const inBase64 = (value: Buffer, encoding: 'base64' | 'base64url'): Form[] =>
  [0, 1, 2].map((before) => {
    const digits = Buffer.concat([Buffer.alloc(before), value]).toString(encoding)
    const first = Math.ceil((before * 8) / 6)
    const last = Math.floor(((before + value.length) * 8) / 6)
    return {
      form: `${encoding}, ${before} bytes before`,
      bytes: Buffer.from(digits.slice(first, last)),
    }
  })
