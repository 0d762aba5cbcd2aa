import { startSandbox } from './server.ts'

/** Runs only the sandbox, configured by environment variables: `npx tsx local/sandbox/main.ts`. */
const env = process.env

const sandbox = await startSandbox({
  port: Number(env.SANDBOX_PORT ?? 4010),
  controlPort: Number(env.SANDBOX_CONTROL_PORT ?? 4011),
  host: env.SANDBOX_HOST,
  publicUrl: env.SANDBOX_PUBLIC_URL,
  dir: env.SANDBOX_DIR,
  pace: env.SANDBOX_PACE === 'real' ? 'real' : 'quick',
  isAlone: true,
  env,
})
console.log(`Platform sandbox: ${sandbox.url}  control: ${sandbox.controlUrl}`)

const end = () => void sandbox.close().then(() => process.exit(0))
process.once('SIGTERM', end)
process.once('SIGINT', end)
if (env.SANDBOX_EXIT_WITH_PARENT === '1') process.stdin.once('end', end).once('close', end).resume()
