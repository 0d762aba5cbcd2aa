import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { transform } from 'lightningcss'
import { folders } from '../../config/folders.ts'
import { emojiGroups } from '../emoji/groups.ts'
import type { AnyContext } from './env.ts'

export type Assets = {
  /** The URL of a file. It changes whenever any asset changes, so browsers may cache it forever. */
  address(name: string): string
  serve(c: AnyContext): Response | undefined
}

type File = { body: Buffer; type: string; br: Buffer; gzip: Buffer }

const folder = folders.public
const require = createRequire(import.meta.url)
// The order of the sheets is the order of their cascade layers. Other sheets follow.
const sheetsFirst = ['tokens.css', 'base.css', 'layout.css', 'components.css']
/** Folders of web/public that some pages name in `styles` or `scripts` of their layout. */
const pageFolders = [
  'calendar',
  'channels',
  'charts',
  'composer',
  'developers',
  'discussion',
  'documents',
  'grid',
  'insights',
  'library',
  'notices',
  'offline',
  'operate',
  'previews',
  'queue',
  'receipts',
  'reports',
  'review',
  'settings',
  'today',
]
const types: Record<string, string> = {
  json: 'application/json; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  ico: 'image/x-icon',
}

/**
 * Everything that pages load, read once and kept in memory: `app.css` is all of
 * web/public/styles, `app.js` all of web/public/scripts (each in its own scope), `htmx.js` is htmx
 * with server-sent events. `calendar.css` and `calendar.js` are all of web/public/calendar, which only
 * its pages load; the other folders of `pageFolders` likewise. `previews.css` includes the platforms'
 * preview.css. `editor/` and `emoji/` have the modules and the sheets that the composer loads when a file is edited
 * or the emoji picker is opened. `fresh` reads the files again on every request, for development.
 */
export const loadAssets = ({ fresh }: { fresh: boolean }): Assets => {
  let files = readFiles()
  const versionOf = (all: Map<string, File>) => {
    const hash = createHash('sha256')
    for (const [name, file] of all) hash.update(name).update(file.body)
    return hash.digest('hex').slice(0, 12)
  }
  const version = fresh ? 'fresh' : versionOf(files)
  return {
    address: (name) => {
      if (!files.has(name) && !readFiles().has(name))
        throw new Error(`there is no web/public/${name}`)
      return `/assets/${version}/${name}`
    },
    serve: (c) => {
      if (fresh) files = readFiles()
      const file = files.get(c.req.path.replace(/^\/assets\/[^/]+\//, ''))
      return file
        ? answer(c, file, fresh || !c.req.path.startsWith(`/assets/${version}/`))
        : undefined
    },
  }
}

const answer = (c: AnyContext, file: File, brief: boolean): Response => {
  const accepted = c.req.header('Accept-Encoding') ?? ''
  const coding = /\bbr\b/.test(accepted) ? 'br' : /\bgzip\b/.test(accepted) ? 'gzip' : undefined
  c.header('Content-Type', file.type)
  c.header('Vary', 'Accept-Encoding')
  c.header('Cache-Control', brief ? 'no-cache' : 'public, max-age=31536000, immutable')
  if (coding) c.header('Content-Encoding', coding)
  return c.body(new Uint8Array(coding ? file[coding] : file.body))
}

/** Comes from packages, so it never changes while the program runs. */
let emoji: File | undefined

const readFiles = (): Map<string, File> => {
  const read = (kind: string) => (name: string) => readFileSync(join(folder, kind, name), 'utf8')
  const others = readdirSync(join(folder, 'styles')).filter((name) => !sheetsFirst.includes(name))
  const sheets = [...sheetsFirst, ...others.sort()].map(read('styles'))
  const script = (name: string) => `// ${name}\n{\n${read('scripts')(name)}}\n`
  const files = new Map<string, File>()
  files.set('app.css', file('app.css', sheets.join('\n')))
  files.set(
    'app.js',
    file('app.js', readdirSync(join(folder, 'scripts')).sort().map(script).join('\n')),
  )
  files.set(
    'htmx.js',
    file('htmx.js', [htmx('htmx.min.js'), htmx('ext/hx-sse.min.js')].join('\n;\n')),
  )
  files.set('passkeys-library.js', file('passkeys-library.js', passkeysLibrary()))
  for (const page of pageFolders) {
    const styles = joined(page, 'css')
    const own = page === 'previews' ? [styles, ...ofPlatforms()].join('\n') : styles
    files.set(`${page}.css`, file(`${page}.css`, own))
    const scripts = joined(page, 'js')
    if (scripts) files.set(`${page}.js`, file(`${page}.js`, scripts))
  }
  for (const part of ['editor', 'emoji'])
    for (const name of readdirSync(join(folder, part)))
      files.set(`${part}/${name}`, file(name, read(part)(name)))
  emoji ??= file('emoji.json', JSON.stringify(emojiGroups()))
  files.set('emoji/emoji.json', emoji)
  for (const name of readdirSync(folder).filter((name) => name.includes('.'))) {
    files.set(name, file(name, readFileSync(join(folder, name))))
  }
  return files
}

/** All sheets or all scripts of a folder, each script in its own scope. */
const joined = (page: string, kind: 'css' | 'js'): string =>
  readdirSync(join(folder, page))
    .filter((name) => name.endsWith(`.${kind}`))
    .sort()
    .map((name) => {
      const text = readFileSync(join(folder, page, name), 'utf8')
      return kind === 'js' ? `// ${name}\n{\n${text}}\n` : text
    })
    .join('\n')

/** The colors of each platform's previews. */
const ofPlatforms = (): string[] =>
  readdirSync(folders.platforms)
    .map((name) => join(folders.platforms, name, 'preview.css'))
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, 'utf8'))

const htmx = (name: string): string =>
  readFileSync(
    join(dirname(require.resolve('htmx.org/package.json')), 'dist', name),
    'utf8',
  ).replace(/^\/\/# sourceMap.*$/m, '')

/**
 * The library behind web/public/scripts/passkeys.js (`SimpleWebAuthnBrowser`). Only pages with passkeys
 * load it.
 */
const passkeysLibrary = (): string =>
  readFileSync(
    join(dirname(require.resolve('@simplewebauthn/browser')), '../dist/bundle/index.umd.min.js'),
    'utf8',
  ).replace(/^\/\/# sourceMap.*$/m, '')

const file = (name: string, content: string | Buffer): File => {
  const body = name.endsWith('.css') ? minified(name, content) : Buffer.from(content as string)
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }
  const type = types[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream'
  return { body, type, br: brotliCompressSync(body, quality), gzip: gzipSync(body) }
}

/** A sheet without comments and white space. Throws if it isn't valid. */
const minified = (name: string, content: string | Buffer): Buffer =>
  Buffer.from(
    transform({ filename: name, code: Buffer.from(content as string), minify: true }).code,
  )
