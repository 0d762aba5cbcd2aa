import { writeFileSync } from 'node:fs'
import type { OwnStack } from '../own-stack.ts'
import { familyOf, readIfThere } from '../processes.ts'
import { endedChildrenMsOf, ownMsOf } from '../processor.ts'

/**
 * `ffmpegMb`, `serverMb`, `workerMb`: the most memory that each had in use, shared pages included.
 */
export type Usage = {
  seconds: number
  processorSeconds: number
  ffmpegMb: number
  serverMb: number
  workerMb: number
}

/**
 * What some work took of the server, which takes in uploads, and of the programs that it and the
 * worker started. Leaves out the processor time of the worker itself, which also publishes.
 */
export const measureUsage = async (stack: OwnStack, work: () => Promise<void>): Promise<Usage> => {
  const [server, worker] = ['server', 'worker'].map((name) => {
    const found = familyOf(stack.pid).find((one) => one.name === name)
    if (!found) throw new Error(`there is no ${name} below the starter`)
    return found.pid
  }) as [number, number]
  const processorMs = () => ownMsOf(server) + endedChildrenMsOf(server) + endedChildrenMsOf(worker)
  for (const pid of [server, worker]) forgetPeak(pid)
  const before = processorMs()
  const startedAt = performance.now()
  let ffmpegMb = 0
  const watching = setInterval(() => {
    const running = familyOf(stack.pid).filter(({ name }) => name === 'ffmpeg')
    ffmpegMb = Math.max(ffmpegMb, ...running.map(({ pid }) => peakMbOf(pid)))
  }, 250)
  try {
    await work()
  } finally {
    clearInterval(watching)
  }
  return {
    seconds: round((performance.now() - startedAt) / 1_000),
    processorSeconds: round((processorMs() - before) / 1_000),
    ffmpegMb,
    serverMb: peakMbOf(server),
    workerMb: peakMbOf(worker),
  }
}

/** Linux then counts the peak from now on. */
const forgetPeak = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, '5')

const peakMbOf = (pid: number): number =>
  Math.round(
    Number(/^VmHWM:\s+(\d+) kB/m.exec(readIfThere(`/proc/${pid}/status`) ?? '')?.[1] ?? 0) / 1_024,
  )

const round = (value: number): number => Math.round(value * 10) / 10
