import { Agent, request } from 'undici'
import { processorMs, residentMb } from './stack.ts'

export type StreamFigures = { open: number; kbEach: number; changeCpuMs: number }

/**
 * Opens event streams of a workspace's calendar, ten per session, and measures how much memory each
 * takes. `change` changes a post once. `changeCpuMs` is the server's processor time per change for
 * notifying all streams, averaged over ten changes.
 */
export const measureStreams = async (
  server: { url: string; pid: number },
  path: string,
  { cookies, count, change }: { cookies: string[]; count: number; change(): Promise<void> },
): Promise<StreamFigures> => {
  const agent = new Agent({ connections: count, headersTimeout: 30_000, bodyTimeout: 0 })
  const before = residentMb(server.pid)
  const open = async (index: number) => {
    const cookie = cookies[index % cookies.length] ?? ''
    const answer = await request(`${server.url}${path}`, { dispatcher: agent, headers: { cookie } })
    if (answer.statusCode !== 200)
      throw new Error(`a stream was answered with ${answer.statusCode}`)
    answer.body.on('data', () => undefined)
    answer.body.on('error', () => undefined) // destroyed at the end
    return answer.body
  }
  const bodies: Awaited<ReturnType<typeof open>>[] = []
  while (bodies.length < count) {
    const some = Math.min(atOnce, count - bodies.length)
    bodies.push(
      ...(await Promise.all(
        Array.from({ length: some }, (_, index) => open(bodies.length + index)),
      )),
    )
  }
  await pause(5_000)
  const kbEach = Math.round(((residentMb(server.pid) - before) * 1_024) / count)
  const cpuBefore = processorMs(server.pid)
  for (let n = 0; n < 10; n += 1) {
    await change()
    await pause(500)
  }
  const changeCpuMs = Math.round((processorMs(server.pid) - cpuBefore) / 10)
  for (const body of bodies) body.destroy()
  await agent.destroy()
  return { open: count, kbEach, changeCpuMs }
}

/** If more than the database's queue allows were opened at once, they would get a 503. */
const atOnce = 50

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
