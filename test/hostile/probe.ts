import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

// A separate process, so that the attacks don't slow it down. It requests /health/live continuously
// and reads the server's memory. It talks to its parent over IPC: it first receives what to watch
// and answers 'ready'. 'begin' resets it, and for 'report' it answers `{ worstStallMs, peakMb,
// growthMb, failed }`.
type Watched = { port: number; pid: number }
const [{ port, pid }] = (await once(process, 'message')) as [Watched]
const agent = new Agent({ keepAlive: true, maxSockets: 4 })
let [worstStallMs, failed, startMb, peakMb] = [0, 0, 0, 0]

const residentMb = (): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024

const ask = (): Promise<void> =>
  new Promise((resolve) => {
    const startedAt = performance.now()
    const done = (isGood: boolean) => {
      worstStallMs = Math.max(worstStallMs, performance.now() - startedAt)
      if (!isGood) failed++
      resolve()
    }
    get({ host: '127.0.0.1', port, path: '/health/live', agent }, (answer) => {
      answer.resume().once('end', () => done(answer.statusCode === 200))
    }).once('error', () => done(false))
  })

process.on('message', (message) => {
  if (message === 'begin')
    [worstStallMs, failed, startMb, peakMb] = [0, 0, residentMb(), residentMb()]
  const round = (value: number) => Math.round(value * 10) / 10
  process.send?.({
    worstStallMs: round(worstStallMs),
    peakMb: round(peakMb - startMb),
    growthMb: round(residentMb() - startMb),
    failed,
  })
})
process.on('disconnect', () => process.exit(0))
process.send?.('ready') // messages before this would be lost

for (;;) {
  await ask()
  peakMb = Math.max(peakMb, residentMb())
  await sleep(10)
}
