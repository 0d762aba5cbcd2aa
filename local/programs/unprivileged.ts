import { spawnSync } from 'node:child_process'
import { Problem } from '../problem.ts'
import { systemEnvironment } from './system-environment.ts'

export type User = { uid: number; gid: number }

/**
 * PostgreSQL refuses to run as root. If we are root, this is the user it runs as: `postgres`, or
 * else `nobody`, which every Linux has. Adds nothing to the system. Undefined for an ordinary user.
 */
export function unprivilegedUser(): User | undefined {
  if (process.getuid?.() !== 0) return undefined
  const user = lookUp('postgres') ?? lookUp('nobody')
  if (!user)
    throw new Problem(
      'PostgreSQL cannot run as root, and there is no user "postgres" or "nobody" to run it as. Start as an ordinary user.',
    )
  return user
}

/** Whether that user (or we, if undefined) can enter the folder. */
export function canEnter(folder: string, user: User | undefined): boolean {
  return (
    spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { ...user, cwd: '/', env: {} }).status ===
    0
  )
}

function lookUp(name: string): User | undefined {
  const [uid, gid] = ['-u', '-g'].map((flag) =>
    spawnSync('id', [flag, name], { env: systemEnvironment(process.env), encoding: 'utf8' }),
  )
  if (uid?.status !== 0 || gid?.status !== 0) return undefined
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
}
