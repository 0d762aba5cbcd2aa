import { MailNotTaken, tryMailServer } from '../../../activities/mail/send.ts'
import { guards } from '../../../db/postgres/connect.ts'
import { historyDays } from '../../../db/privacy/retention.ts'
import { createMediaStore } from '../../../media/create-store.ts'
import { ffmpegVersion } from '../../../media/ffmpeg.ts'
import { keptDays } from '../../../temporal/histories.ts'
import { pollersOf } from '../../../web/operate/temporal.ts'
import { backgroundTaskQueue, taskQueue } from '../../../workflows/names.ts'
import { checkClocks } from './clocks.ts'
import type { DoctorDeps } from './deps.ts'
import type { DoctorCheck, Finding } from './finding.ts'
import { type TemporalClient, withTemporal } from './with-temporal.ts'

/**
 * Checks of the services: PostgreSQL, Temporal and its workers, the mail server, ffmpeg, the disk,
 * and the clocks.
 */
export const checksOfParts = (deps: DoctorDeps): DoctorCheck[] => [
  { name: 'Database', run: (report) => checkDatabase(deps, report) },
  {
    name: 'Temporal',
    run: (report) => withTemporal(deps, (client) => checkTemporal(client, deps, report)),
  },
  { name: 'Clocks', run: (report, signal) => checkClocks(deps, report, signal) },
  {
    name: 'Mail',
    run: async (report) => report({ check: 'Mail', ...(await tryMail(deps.config.mail.smtpUrl)) }),
  },
  {
    name: 'Videos',
    run: async (report) => report({ check: 'Videos', ...(await findFfmpeg(deps)) }),
  },
  { name: 'Disk', run: async (report) => report({ check: 'Disk', ...(await measureDisk(deps)) }) },
]

const checkDatabase = async (
  { sql, config }: DoctorDeps,
  report: (finding: Finding) => void,
): Promise<void> => {
  const check = 'Database'
  const [row] = await sql<
    { version: string; isSuper: boolean; statementMs: number; lockMs: number }[]
  >`
    select current_setting('server_version') as version, r.rolsuper as is_super,
      (select setting::int from pg_settings where name = 'statement_timeout') as statement_ms,
      (select setting::int from pg_settings where name = 'lock_timeout') as lock_ms
    from pg_roles r where r.rolname = current_user`
  if (row?.isSuper && config.production)
    report({
      check,
      result: 'warning',
      words:
        'The user of DATABASE_URL is a superuser: anyone who gets its password can do anything on that server.',
      todo: 'Use a role that only owns its database.',
    })
  if (row?.statementMs === 0 || row?.lockMs === 0)
    return report({
      check,
      result: 'warning',
      words: 'Statements have no time limit: behind PgBouncer, the limits must be set on the role.',
      todo: 'Run the migrations, which set them: npm run migrate.',
    })
  const limit = (row?.statementMs ?? guards.statement_timeout) / 1_000
  report({
    check,
    result: 'ok',
    words: `PostgreSQL ${row?.version} answers; a statement takes at most ${limit} s.`,
  })
}

const checkTemporal = async (
  client: TemporalClient,
  deps: DoctorDeps,
  report: (finding: Finding) => void,
): Promise<void> => {
  const { namespace } = deps.config.temporal
  const days = await keptDays({ client })
  const kept = Number.isFinite(days) ? `${days} days` : 'an archive'
  report(
    days <= historyDays
      ? {
          check: 'Temporal',
          result: 'ok',
          words: `Namespace ${namespace} keeps closed workflows for ${kept}.`,
        }
      : {
          check: 'Temporal',
          result: 'problem',
          words: `Namespace ${namespace} keeps closed workflows longer than the privacy policy says (${kept}).`,
          todo: `Set its retention to ${historyDays} days, without archival.`,
        },
  )
  for (const [queue, words] of Object.entries({
    [taskQueue]: 'publishing',
    [backgroundTaskQueue]: 'background work',
  })) {
    const workers = await pollersOf(client, namespace, queue)
    report(
      workers.length > 0
        ? {
            check: 'Worker',
            result: 'ok',
            words: `${workers.length} asked for ${words} within the last five minutes.`,
          }
        : {
            check: 'Worker',
            result: 'problem',
            words: `None asked for ${words} within the last five minutes.`,
            todo: 'Start a worker, with the same TEMPORAL_ settings.',
          },
    )
  }
}

const findFfmpeg = async ({
  config,
}: DoctorDeps): Promise<Pick<Finding, 'result' | 'words' | 'todo'>> => {
  const version = await ffmpegVersion(config.media.ffmpeg)
  if (version) return { result: 'ok', words: `ffmpeg ${version} reads videos and HEIC pictures.` }
  return {
    result: 'problem',
    words: 'ffmpeg is missing, so videos and HEIC pictures are refused.',
    todo: 'Install it where the server and the worker run, or set FFMPEG_PATH.',
  }
}

const tryMail = async (smtpUrl: string): Promise<Pick<Finding, 'result' | 'words' | 'todo'>> => {
  const { host, username } = new URL(smtpUrl)
  try {
    await tryMailServer(smtpUrl)
    return {
      result: 'ok',
      words: username
        ? `${host} accepts the user and password of SMTP_URL.`
        : `${host} answers; SMTP_URL has no user.`,
    }
  } catch (error) {
    if (!(error instanceof MailNotTaken)) throw error
    const isRefused = error.code === 'EAUTH'
    return {
      result: 'problem',
      words: isRefused
        ? `${host} rejects the user or password of SMTP_URL.`
        : `${host} does not answer (${error.code}).`,
      todo: isRefused
        ? 'Ask your mail provider for the right ones.'
        : 'Check the host and port of SMTP_URL, and whether your hosting provider blocks mail.',
    }
  }
}

const measureDisk = async ({
  config,
}: DoctorDeps): Promise<Pick<Finding, 'result' | 'words' | 'todo'>> => {
  const free = await (await createMediaStore(config.media)).freeBytes()
  const words = `${gigabytes(free)} free for uploads.`
  if (free >= 2 * config.media.minFreeBytes) return { result: 'ok', words }
  const least = `Below ${gigabytes(config.media.minFreeBytes)} uploads are refused.`
  const result = free < config.media.minFreeBytes ? 'problem' : 'warning'
  return { result, words: `${words} ${least}`, todo: 'Free disk space.' }
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`
