import { setTimeout as sleep } from 'node:timers/promises'
import { readCommand } from '../../commands/command.ts'
import { createArena, startProbe } from './arena.ts'
import { type Attack, attacks } from './attacks.ts'
import { startTarget } from './stack.ts'

const goals = { stallMs: 100, growthMb: 50 }

const { options } = readCommand('test:hostile', (command) =>
  command
    .description(
      'Starts the compiled server with a database of its own and attacks it on the loopback: bodies of 300 MB, hostile texts in every ' +
        'field, slow bodies, decoder bombs, damaged forms. For each attack it prints the worst time of /health/live and how much the ' +
        `memory of the server grew; one that leaves much is made twice, and what the second adds counts. Fails above ${goals.stallMs} ms or ${goals.growthMb} MB, or with an answer of 500. The last line is JSON.`,
    )
    .option('--only <words>', 'only attacks whose name has these words'),
)

type Result = {
  requests: number
  worstStallMs: number
  /** Growth during the second of two attacks, if the first one exceeded the goal. */
  growthMb: number
  firstGrowthMb: number
  peakMb: number
  answersOf500: number
  faults: string[]
}

const target = await startTarget()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void target.stop().finally(() => process.exit(1)))
const results: Record<string, Result> = {}
try {
  const { arena, take } = await createArena(target)
  console.log(`${arena.routes.length} routes`)
  await warmUp(arena)
  take()
  const probe = await startProbe(target)
  await probe.begin()
  const attackOnce = async (attack: Attack) => {
    await sleep(2_000)
    await probe.begin()
    await attack.run(arena)
    const { worstStallMs, peakMb, failed } = await probe.report()
    const { requests, statuses, faults } = take()
    if (attack.checksPasswords) await settle(arena)
    const growthMb = attack.checksPasswords ? (await probe.report()).growthMb : peakMb
    faults.push(...take().faults) // the requests after the attack are not part of it, but must work
    if (failed > 0) faults.push(`/health/live failed ${failed} times`)
    return { worstStallMs, peakMb, growthMb, requests, statuses, faults }
  }
  for (const attack of attacks.filter(({ name }) => name.includes(options.only ?? ''))) {
    const first = await attackOnce(attack)
    // Memory growth counts only if a second attack adds to it, because garbage is collected late
    // and the allocator keeps freed memory.
    const last =
      attack.checksPasswords && first.growthMb >= goals.growthMb ? await attackOnce(attack) : first
    const { requests, statuses, peakMb } = first
    const { growthMb } = last
    const worstStallMs = Math.max(first.worstStallMs, last.worstStallMs)
    const faults = new Set([...first.faults, ...last.faults])
    results[attack.name] = {
      requests,
      worstStallMs,
      growthMb,
      firstGrowthMb: first.growthMb,
      peakMb,
      answersOf500: (first.statuses[500] ?? 0) + (last === first ? 0 : (last.statuses[500] ?? 0)),
      faults: [...faults],
    }
    console.log(
      `${attack.name}: ${requests} requests, worst stall ${worstStallMs} ms, memory +${growthMb} MB (at most +${peakMb}), answers ${JSON.stringify(statuses)}`,
    )
    if (last !== first)
      console.log(`  the first time +${first.growthMb} MB, the second time +${growthMb} MB`)
    for (const fault of faults) console.log(`  ${fault}`)
  }
  probe.stop()
} finally {
  await target.stop()
}
const missed = Object.entries(results).filter(
  ([, { worstStallMs, growthMb, faults }]) =>
    worstStallMs >= goals.stallMs || growthMb >= goals.growthMb || faults.length > 0,
)
console.log(
  JSON.stringify({
    test: 'hostile',
    goals,
    missed: missed.map(([name]) => name),
    attacks: results,
  }),
)
process.exitCode = missed.length > 0 || Object.keys(results).length === 0 ? 1 : 0

/**
 * Ordinary requests, because an idle server doesn't collect garbage. Memory that it would free
 * doesn't count as growth.
 */
async function settle(arena: Awaited<ReturnType<typeof createArena>>['arena']): Promise<void> {
  for (let view = 0; view < 1_000; view++)
    await arena.ask({ method: 'GET', path: '/sign-in' }, '/sign-in', {})
  await sleep(3_000)
}

/**
 * Compiles templates and code before the attacks, so that this isn't attributed to them: requests
 * each page three times, and each form with a small mistake.
 */
async function warmUp(arena: Awaited<ReturnType<typeof createArena>>['arena']): Promise<void> {
  for (let round = 0; round < 3; round++)
    for (const route of arena.routes) {
      const isPage = route.method === 'GET'
      const cookie = await arena.signIn() // some forms end the session
      const path = route.path.replace(':workspace', arena.known.workspace!).replace(/:\w+|\*/g, 'x')
      const headers = {
        ...arena.headers(cookie),
        ...(isPage ? {} : { 'Content-Type': 'application/x-www-form-urlencoded' }),
      }
      await arena.ask(route, path, { headers, ...(isPage ? {} : { body: 'a=b' }) })
    }
  await arena.forgetThrottles()
}
