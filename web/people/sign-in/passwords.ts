import argon2 from 'argon2'
import { passwordMax } from './password-strength.ts'

// promise: A5: Argon2id with a salt per password. Twice the minimum memory that OWASP recommends;
// takes about 150 ms on a small server.
const cost = { type: argon2.argon2id, memoryCost: 65_536, timeCost: 2, parallelism: 1 } as const
/** Each hash uses 64 MB and a thread. */
export const hashesAtOnce = 4
let running = 0
const waiting: (() => void)[] = []

export const hashPassword = async (password: string): Promise<string> =>
  await oneOfFew(() => argon2.hash(password, cost))

/**
 * `hash` is null if the address is unknown. Then it verifies against a random hash, so the time
 * doesn't reveal that.
 */
export const verifyPassword = async (hash: string | null, password: string): Promise<boolean> => {
  const fits = await oneOfFew(async () =>
    argon2.verify(hash ?? (await nobodysHash()), password.slice(0, passwordMax + 1)),
  )
  return fits && hash !== null && password.length <= passwordMax
}

/** Whether the hash was made with different cost parameters than today's. */
export const isHashStale = (hash: string): boolean => argon2.needsRehash(hash, cost)

let nobodys: Promise<string> | undefined
const nobodysHash = (): Promise<string> => {
  nobodys ??= argon2.hash(crypto.randomUUID(), cost)
  return nobodys
}

/** Runs at most `hashesAtOnce` hashes at a time. More would starve everything else. */
const oneOfFew = async <T>(work: () => Promise<T>): Promise<T> => {
  while (running >= hashesAtOnce) await new Promise<void>((resolve) => waiting.push(resolve))
  running++
  try {
    return await work()
  } finally {
    running--
    waiting.shift()?.()
  }
}
