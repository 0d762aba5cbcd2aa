import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { WrongUse } from '../commands/command.ts'

const stored = z.object({ server: z.url(), key: z.string() })
/** Where the API is, and the key for it. */
export type Login = z.infer<typeof stored>

export const defaultFile = join(homedir(), '.config', 'cratesocial', 'login.json')

/** Throws if nobody has signed in with this file. */
export const readLogin = async (file: string): Promise<Login> => {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new WrongUse('Log in first: cratesocial login <server>.')
    throw error
  })
  const read = stored.safeParse(parsed(text))
  if (read.success) return read.data
  throw new WrongUse(`${file} is damaged. Log in again.`)
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null // it is reported as damaged
  }
}

/**
 * Only the person can read the file. It replaces a former one, which others may have open, or which
 * may be a link to another place.
 */
export const writeLogin = async (file: string, login: Login): Promise<void> => {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const fresh = `${file}.${randomUUID()}`
  try {
    await writeFile(fresh, `${JSON.stringify(login)}\n`, { mode: 0o600, flag: 'wx' })
    await rename(fresh, file)
  } finally {
    await rm(fresh, { force: true })
  }
}

export const deleteLogin = (file: string): Promise<void> => rm(file, { force: true })

/** A key is only sent encrypted, or to this computer. */
export const serverOf = (given: string): string => {
  const url = URL.canParse(given) ? new URL(given) : null
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(url?.hostname ?? '')
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isHere)) return url.origin
  throw new WrongUse('Give the address of the server, such as https://social.example.')
}
