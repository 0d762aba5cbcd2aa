/** Something that is looked through: a file, a table, the pages of a person. */
export type Place = { name: string; bytes: Buffer }

/** A secret, or the mark that stands in many; `name` is what may be shown of it. */
export type Secret = { name: string; value: Buffer }

export type Hit = { place: string; secret: string; form: string }

/** Every secret in every place, in clear and in the forms in which programs write bytes down. */
export const findSecrets = (secrets: Secret[], places: Place[]): Hit[] => {
  const needles = secrets.flatMap(({ name, value }) => formsOf(value).map(({ form, bytes }) => ({ secret: name, form, bytes })))
  return places.flatMap((place) =>
    needles.filter(({ bytes }) => place.bytes.includes(bytes)).map(({ secret, form }) => ({ place: place.name, secret, form })),
  )
}

type Form = { form: string; bytes: Buffer }

const formsOf = (value: Buffer): Form[] => [
  { form: 'clear', bytes: value },
  { form: 'hex', bytes: Buffer.from(value.toString('hex')) },
  { form: 'HEX', bytes: Buffer.from(value.toString('hex').toUpperCase()) },
  ...['base64', 'base64url'].flatMap((encoding) => inBase64(value, encoding as 'base64' | 'base64url')),
]

/**
 * In the middle of longer bytes a value has three looks in base64, by how many bytes before it share its first group. The digits that
 * also depend on its neighbours are left out.
 */
const inBase64 = (value: Buffer, encoding: 'base64' | 'base64url'): Form[] =>
  [0, 1, 2].map((before) => {
    const digits = Buffer.concat([Buffer.alloc(before), value]).toString(encoding)
    const first = Math.ceil((before * 8) / 6)
    const last = Math.floor(((before + value.length) * 8) / 6)
    return { form: `${encoding}, ${before} bytes before`, bytes: Buffer.from(digits.slice(first, last)) }
  })
