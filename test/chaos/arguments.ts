import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

export type ChaosOptions = {
  posts: number
  kills: number
  seed: number
  /** Over so many minutes the posts come due. */
  minutes: number
  /** The first of seven ports. */
  port: number
  /** Once nothing is killed any more the clocks go ahead, so that nobody waits for the windows of reconciling. */
  hurry: boolean
  /** A folder of real-temporal.sh. */
  realTemporal: string | undefined
  /** A folder of `npm run build`, which runs instead of the sources: strict as in production and behind HTTPS, so that no clock can be moved. */
  build: string | undefined
  /** Leaves logs and data where they are. */
  keep: boolean
}

/** Throws with a sentence when an argument is no number. */
export const readArguments = (args: string[]): ChaosOptions => {
  const { values } = parseArgs({
    args,
    options: {
      posts: { type: 'string', default: '300' },
      kills: { type: 'string', default: '60' },
      seed: { type: 'string', default: '1' },
      minutes: { type: 'string', default: '3' },
      port: { type: 'string', default: '4270' },
      hurry: { type: 'boolean', default: false },
      'real-temporal': { type: 'string' },
      dist: { type: 'string' },
      keep: { type: 'boolean', default: false },
    },
  })
  const number = (name: 'posts' | 'kills' | 'seed' | 'minutes' | 'port'): number => {
    const value = Number(values[name])
    if (!Number.isFinite(value) || value < 0) throw new Error(`--${name} must be a number, not "${values[name]}"`)
    return value
  }
  if (values.hurry && values.dist !== undefined) throw new Error('--hurry moves clocks, which a build with --dist does not let')
  return {
    posts: number('posts'),
    kills: number('kills'),
    seed: number('seed'),
    minutes: number('minutes'),
    port: number('port'),
    hurry: values.hurry,
    realTemporal: values['real-temporal'],
    build: values.dist === undefined ? undefined : resolve(values.dist),
    keep: values.keep,
  }
}
