import { MockActivityEnvironment } from '@temporalio/testing'
import { pino } from 'pino'
import { createRenderingActivities } from '../../../activities/media/render.ts'
import { connect } from '../../../db/postgres/connect.ts'
import { createFfmpeg } from '../../../media/ffmpeg.ts'
import { createDiskStore } from '../../../media/store.ts'

/** A process that makes one upload's files, to be killed. `JOB` in its environment: a `Job` as JSON. */
export type Job = { url: string; store: string; ffmpeg: string; mediaId: string }
const { url, store, ffmpeg, mediaId } = JSON.parse(process.env.JOB ?? '') as Job
const activities = createRenderingActivities({
  sql: connect({ url, prepare: true, max: 2, applicationName: 'converting' }),
  mediaStore: createDiskStore(store),
  ffmpeg: createFfmpeg(ffmpeg),
  log: pino({ level: 'silent' }),
  now: Date.now,
  minFreeBytes: 0,
})
await new MockActivityEnvironment().run(activities.makeRendition, { mediaId })
