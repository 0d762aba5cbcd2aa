/** A setting from the environment. `parse` throws the end of a sentence that begins with its name. */
export type Variable<T> = {
  parse: (text: string) => T
  fallback?: string
  optional?: boolean
  secret?: boolean
  about: string
}
type Kind = { secret?: boolean; about: string }

/** What a set of variables holds once it is read. */
export type ValuesOf<V> = { [K in keyof V]: V[K] extends Variable<infer T> ? T : never }

export function variable<T>(
  parse: (text: string) => T,
  kind: Kind & { optional: true },
): Variable<T | undefined>
export function variable<T>(
  parse: (text: string) => T,
  kind: Kind & { fallback?: string },
): Variable<T>
export function variable<T>(parse: (text: string) => T, kind: Kind): Variable<T> {
  return { parse, ...kind }
}
