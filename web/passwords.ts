import argon2 from 'argon2'

// promise: A5: Argon2id with a salt of its own for each password. Twice OWASP's least memory, about 150 ms on a small server.
const cost = { type: argon2.argon2id, memoryCost: 65_536, timeCost: 2, parallelism: 1 } as const
const atOnce = 4
let running = 0
const waiting: (() => void)[] = []

export const hashPassword = async (password: string): Promise<string> => await oneOfFew(() => argon2.hash(password, cost))

/** With no hash (nobody has that address) it works just as long on one that no password fits, so the time tells nothing. */
export const verifyPassword = async (hash: string | null, password: string): Promise<boolean> => {
  const fits = await oneOfFew(async () => argon2.verify(hash ?? (await nobodysHash()), password))
  return fits && hash !== null
}

/** Whether the hash was made at another cost than today's. */
export const isHashStale = (hash: string): boolean => argon2.needsRehash(hash, cost)

let nobodys: Promise<string> | undefined
const nobodysHash = (): Promise<string> => {
  nobodys ??= argon2.hash(crypto.randomUUID(), cost)
  return nobodys
}

/** Each hash holds 64 MB and a thread: more than a few at once would starve everything else. */
const oneOfFew = async <T>(work: () => Promise<T>): Promise<T> => {
  while (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve))
  running++
  try {
    return await work()
  } finally {
    running--
    waiting.shift()?.()
  }
}

export const passwordMin = 12
const passwordMax = 256

/** What is wrong with a new password, in words; null when nothing is. `known` are words that are easily guessed: name, address. */
export const passwordFault = (password: string, known: string[] = []): string | null => {
  if (password.length < passwordMin) return `Use at least ${passwordMin} characters. A few words in a row are easy to remember.`
  if (password.length > passwordMax) return `Use at most ${passwordMax} characters.`
  if (new Set(password).size < 5) return 'This repeats a few characters. Use a few words in a row instead.'
  const plain = password.toLowerCase()
  const guessed = [...commonWords, ...known.flatMap((word) => word.toLowerCase().split(/[@\s.]+/))]
  const rest = guessed.filter((word) => word.length > 3).reduce((left, word) => left.replaceAll(word, ''), plain)
  if (rest.replace(/[\d\W_]/g, '').length < 4)
    return 'This is easily guessed: it is little more than a common word, your name or your address.'
  return null
}

const commonWords = [
  ...['password', 'passwort', 'qwertyuiop', 'qwerty', 'azerty', 'letmein', 'welcome', 'iloveyou', 'administrator', 'admin'],
  ...['changeme', 'monkey', 'dragon', 'football', 'baseball', 'sunshine', 'princess', 'abcdefghijkl', 'abcdefgh', 'cratesocial'],
  ...['secret', 'trustno1', 'superman', 'starwars', 'zxcvbnm', 'asdfghjkl', 'asdfgh', 'hunter'],
]
