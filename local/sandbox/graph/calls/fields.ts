import { refuse } from './refusal.ts'

/** One entry of `fields=`, such as `comments.limit(0).summary(true){id}`. */
export type Field = { name: string; modifiers: Record<string, string>; sub: Field[] | null }

/** @throws GraphRefusal 2500 if brackets don't match or a name is missing */
export function parseFields(text: string): Field[] {
  const [fields, end] = readList(text, 0)
  if (end !== text.length) throw syntaxError(text)
  return fields
}

function readList(text: string, start: number): [Field[], number] {
  const fields: Field[] = []
  let at = start
  for (;;) {
    const [field, next] = readField(text, at)
    fields.push(field)
    if (text[next] !== ',') return [fields, next]
    at = next + 1
  }
}

function readField(text: string, start: number): [Field, number] {
  const name = text.slice(start).match(/^\s*([a-z0-9_]+)\s*/i)
  if (!name?.[1]) throw syntaxError(text)
  const field: Field = { name: name[1], modifiers: {}, sub: null }
  let at = start + name[0].length
  for (let modifier = readModifier(text, at); modifier; modifier = readModifier(text, at)) {
    field.modifiers[modifier.name] = modifier.value
    at += modifier.length
  }
  if (text[at] !== '{') return [field, at]
  const [sub, end] = readList(text, at + 1)
  if (text[end] !== '}') throw syntaxError(text)
  return [{ ...field, sub }, end + 1]
}

function readModifier(
  text: string,
  at: number,
): { name: string; value: string; length: number } | null {
  const found = text.slice(at).match(/^\.([a-z_]+)\(([^()]*)\)\s*/i)
  return found ? { name: found[1] ?? '', value: found[2] ?? '', length: found[0].length } : null
}

const syntaxError = (text: string) =>
  refuse.general(
    2500,
    undefined,
    `Syntax error "Expected end of string or field name" in fields: ${text.slice(0, 100)}`,
  )
