import { execFile } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export type Chromium = { executablePath: string; env: NodeJS.ProcessEnv }

const cacheDir = fileURLToPath(new URL('../../../.cache', import.meta.url))

/**
 * The Chromium of @sparticuz/chromium, unpacked into the cache with its libraries and fonts, so
 * that it runs on a bare Linux. Interrupted or parallel unpacking leaves nothing partial.
 */
export async function packagedChromium(): Promise<Chromium> {
  const folder = join(cacheDir, `chromium-${packageVersion()}`)
  if (!existsSync(folder)) await unpack(folder)
  const env = {
    ...process.env,
    LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
    FONTCONFIG_PATH: join(folder, 'fonts'),
  }
  return { executablePath: join(folder, 'chromium'), env }
}

function packageVersion(): string {
  const main = createRequire(import.meta.url).resolve('@sparticuz/chromium')
  const root = main.slice(0, main.indexOf(join('chromium', 'build')) + 'chromium'.length)
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version
}

/**
 * Runs in a separate process, because the package unpacks into TMPDIR, and its libraries only if it
 * detects a bare environment.
 */
async function unpack(folder: string): Promise<void> {
  mkdirSync(cacheDir, { recursive: true })
  const unfinished = mkdtempSync(join(cacheDir, 'chromium-unfinished-'))
  const script = "import chromium from '@sparticuz/chromium'; await chromium.executablePath()"
  const env = { ...process.env, TMPDIR: unfinished, AWS_LAMBDA_JS_RUNTIME: 'nodejs20.x' }
  try {
    await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      cwd: import.meta.dirname,
      env,
    })
    writeFileSync(join(unfinished, 'fonts', 'fonts.conf'), fontsConf(folder))
    if (!existsSync(folder)) renameSync(unfinished, folder)
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
}

/** Replaces the package's own file, which refers to folders that don't exist here. */
function fontsConf(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${join(folder, 'fonts')}</dir><cachedir>${join(folder, 'fonts-cache')}</cachedir></fontconfig>
`
}
