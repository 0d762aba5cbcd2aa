/** Stands for a person in the text of a comment: the n-th one for the n-th mention. */
const mentionMark = '\ufffc'

/** What was typed, without marks: nobody can type a mention. */
export const withoutMarks = (typed: string): string => typed.replaceAll(mentionMark, '')

/** What a person can be called after an @, and who that is. */
export type Callable = { name: string; email: string; userId: string }

/** A part of a comment. `isMention`: it names a member, or someone who was one. */
export type CommentPiece = { text: string; isMention: boolean }

/** More people than this are not mentioned: the rest stays text. */
const mostMentions = 20

/**
 * Replaces each `@Name` of a member by a mark, and returns who was meant, in the order of the marks.
 * The longest name wins. A first name is enough if only one person has it, and a name that several
 * have names nobody; their email addresses do.
 */
export const readMentions = (
  typed: string,
  people: Callable[],
): { text: string; userIds: string[] } => {
  const callable = namesOf(people)
  const text = withoutMarks(typed)
  const userIds: string[] = []
  let read = ''
  let from = 0
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', Math.max(at + 1, from))) {
    if (userIds.length === mostMentions) break
    if (isInWord(text[at - 1])) continue
    const found = callable.find(({ name }) => isCalledAt(text, at + 1, name))
    if (!found) continue
    read += text.slice(from, at) + mentionMark
    from = at + 1 + found.name.length
    userIds.push(found.userId)
  }
  return { text: read + text.slice(from), userIds }
}

/** The text in pieces. `names`: of those who are mentioned, in the order of the marks. */
export const piecesOf = (text: string, names: (string | null)[]): CommentPiece[] =>
  text
    .split(mentionMark)
    .flatMap((part, index) => [
      ...(index > 0 ? [{ text: `@${names[index - 1] ?? formerMember}`, isMention: true }] : []),
      ...(part === '' ? [] : [{ text: part, isMention: false }]),
    ])

const formerMember = 'former member'

/** The same as plain text. */
export const withNames = (text: string, names: (string | null)[]): string =>
  piecesOf(text, names)
    .map((piece) => piece.text)
    .join('')

/** Longest first. */
const namesOf = (people: Callable[]): { name: string; userId: string }[] => {
  const full = people.flatMap(({ name, email, userId }) => [
    { name, userId },
    { name: email, userId },
  ])
  const first = people.map(({ name, userId }) => ({ name: name.split(' ')[0] ?? '', userId }))
  const taken = new Set(full.map(({ name }) => lower(name)))
  return [
    ...unambiguous(full),
    ...unambiguous(first).filter(({ name }) => !taken.has(lower(name))),
  ].sort((a, b) => b.name.length - a.name.length)
}

const unambiguous = (names: { name: string; userId: string }[]) => {
  const owners = new Map<string, Set<string>>()
  for (const { name, userId } of names)
    owners.set(lower(name), (owners.get(lower(name)) ?? new Set()).add(userId))
  return names.filter(({ name }) => name !== '' && owners.get(lower(name))?.size === 1)
}

const lower = (text: string): string => text.toLowerCase()

const isCalledAt = (text: string, at: number, name: string): boolean =>
  lower(text.slice(at, at + name.length)) === lower(name) && !isInWord(text[at + name.length])

const isInWord = (character: string | undefined): boolean =>
  character !== undefined && /[\p{L}\p{N}]/u.test(character)
