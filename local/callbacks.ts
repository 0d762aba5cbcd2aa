import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Registers our callback URLs with the sandbox, as a developer does in the platforms' dashboards.
 * Waits up to 20 s for the sandbox to answer. Returns an error message, or undefined.
 */
export async function registerCallbacks(controlUrl: string, publicUrl: string): Promise<string | undefined> {
  const body = JSON.stringify({
    deauthorizeUrl: `${publicUrl}/callbacks/meta/deauthorize`,
    dataDeletionUrl: `${publicUrl}/callbacks/meta/data-deletion`,
    tiktokWebhookUrl: `${publicUrl}/callbacks/tiktok`,
  })
  const request = { method: 'PATCH', headers: { 'content-type': 'application/json' }, body }
  let why = ''
  for (const giveUpAt = Date.now() + 20_000; Date.now() < giveUpAt; await sleep(200)) {
    try {
      const answer = await fetch(`${controlUrl}settings`, { ...request, signal: AbortSignal.timeout(5_000) })
      if (answer.ok) return undefined
      return `The sandbox does not take the addresses of our callbacks: ${answer.status} ${await answer.text()}`
    } catch (error) {
      why = (error as Error).message // not listening yet
    }
  }
  return `The sandbox did not answer within 20 seconds (${why}).`
}
