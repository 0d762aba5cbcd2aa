import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCommand } from '../commands/command.ts'
import { folders } from '../config/folders.ts'
import { issuerModules } from '../platforms/index.ts'
import { makeAppIcons } from './app-icons.ts'

const { root } = folders

readCommand('icons', (command) =>
  command.description(
    'Makes web/public/sprite.svg of the icons that the pages use, and the icons of the installed app: run it after adding a name here.',
  ),
)

const names = [
  ...['alert-circle', 'alert-triangle', 'arrow-right', 'arrows-move', 'ban'],
  ...[
    'bell',
    'building',
    'calendar',
    'calendar-plus',
    'chart-line',
    'check',
    'chevron-down',
    'chevron-up',
    'chevron-left',
    'chevron-right',
    'circle-check',
    'clock',
  ],
  ...[
    'copy',
    'device-laptop',
    'dots',
    'download',
    'edit',
    'external-link',
    'eye',
    'eye-off',
    'fingerprint',
    'filter',
    'grip-vertical',
    'history',
    'info-circle',
  ],
  ...[
    'key',
    'book-2',
    'file-code',
    'gauge',
    'link',
    'list',
    'logout',
    'mail',
    'menu-2',
    'moon',
    'pencil-plus',
    'photo',
    'photo-plus',
    'player-play',
    'plug-connected',
  ],
  ...[
    'plug-connected-x',
    'plus',
    'refresh',
    'search',
    'selector',
    'send',
    'settings',
    'shield-check',
    'shield-lock',
    'sun',
    'trash',
    'upload',
  ],
  ...[
    'user-circle',
    'user-plus',
    'user-check',
    'users',
    'video',
    'world',
    'x',
    'arrow-up',
    'arrow-down',
    'arrow-left',
    'device-mobile',
    'printer',
    'archive',
    'crop',
    'rotate-clockwise',
    'arrow-back-up',
    'server-2',
    'user',
    'help-circle',
    'player-pause',
    'repeat',
    'bell-off',
    'wifi-off',
    'pencil',
    'stack-2',
    'layout-sidebar-right-collapse',
    'alt',
    'at',
    'cloud-check',
    'hash',
    'mood-smile',
    'note',
    'lock',
    'tag',
  ],
  // Of previews: see platforms/post-preview.ts.
  ...['bookmark', 'heart', 'message-circle', 'music', 'share-3', 'thumb-up'],
]

const marks = issuerModules.flatMap(({ policy }) => policy.platforms.map(({ mark }) => mark))

/** What an SVG file of a package draws, without its `<svg>` and title. */
const drawingIn = (path: string): string =>
  readFileSync(join(root, 'node_modules', path), 'utf8')
    .replace(/^[\s\S]*?<svg[^>]*>|<\/svg>\s*$/g, '')
    .replace(/<path stroke="none"[^>]*\/>|<title>[^<]*<\/title>/g, '')
    .replace(/\s*\n\s*/g, '')

const outline =
  'fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"'
const symbol = (name: string, looks: string, path: string): string =>
  `<symbol id="${name}" viewBox="0 0 24 24" ${looks}>${drawingIn(path)}</symbol>`

const symbols = [
  ...names.map((name) => symbol(name, outline, `@tabler/icons/icons/outline/${name}.svg`)),
  ...marks.map((name) => symbol(name, 'fill="currentColor"', `simple-icons/icons/${name}.svg`)),
]
const notice =
  '<!-- Tabler Icons, MIT License, (c) 2020-2026 Paweł Kuna. Platform marks: Simple Icons, CC0 1.0 -->'
writeFileSync(
  join(root, 'web/public/sprite.svg'),
  `<svg xmlns="http://www.w3.org/2000/svg">\n${notice}\n<title>Icons</title>\n${symbols.join('\n')}\n</svg>\n`,
)
await makeAppIcons(join(root, 'web/public'))
