type ImportRule = { from: RegExp; to: RegExp; typesOf?: RegExp }

/**
 * Folders with code that runs on a server or in a browser, without the programs at the top level.
 */
export const productFolders = [
  'activities',
  'cli',
  'commands',
  'config',
  'db',
  'media',
  'observability',
  'platforms',
  'posting',
  'temporal',
  'text',
  'web',
  'workflows',
]

/**
 * Which of our files a file may import, by its path. The first line that matches counts. test/ and
 * bench/ may import anything.
 */
export const allowedImports: ImportRule[] = [
  { from: /^workflows\//, to: /^workflows\//, typesOf: /^activities\// },
  { from: /^local\/sandbox\//, to: /^local\/sandbox\// },
  // Code that both tests and the local stack need is in local/.
  {
    from: /^(server|worker|promises)\.ts$|^(commands|local|production)\//,
    to: /^(?!test\/|bench\/)/,
  },
  // A client of the API: what a person installs must not need the server's code.
  {
    from: /^cli\//,
    to: /^(cli|text)\/|^commands\/command\.ts|^commands\/operate\/table\.ts/,
    typesOf: /^platforms\//,
  },
  { from: /^text\//, to: /^text\// },
  { from: /^config\//, to: /^config\/|^platforms\/index\.ts/, typesOf: /^platforms\// },
  // An issuer declares its variables with these.
  { from: /^platforms\//, to: /^(platforms|text)\/|^config\/(values|variable)\.ts/ },
  {
    from: /^db\//,
    to: /^db\/|^config\/folders\.ts/,
    typesOf: /^(config|platforms)\/|^media\/edits\.ts/,
  },
  { from: /^media\//, to: /^(media|observability|text)\//, typesOf: /^config\// },
  // How posts are made, for pages and for the worker.
  { from: /^posting\//, to: /^(posting|db|media|platforms|text)\// },
  {
    from: /^temporal\//,
    to: /^(temporal|db|text|config|observability)\/|^workflows\/(names|search-keys)\.ts/,
    typesOf: /^(activities|workflows)\//,
  },
  {
    from: /^activities\//,
    to: /^(activities|db|media|platforms|posting|temporal|text)\/|^config\/folders\.ts|^workflows\/names\.ts|^observability\/log\.ts/,
    typesOf: /^config\//,
  },
  {
    from: /^web\//,
    to: /^(web|db|media|platforms|posting|text)\/|^config\/folders\.ts|^temporal\/start\.ts|^workflows\/names\.ts|^observability\/log\.ts|^promises\.ts/,
    typesOf: /^(config|activities|temporal)\//,
  },
]

/**
 * Files that may create Intl formatters: ours, the sandbox's own, and browser scripts, where each
 * page creates them once.
 */
export const formatterPlaces = [
  /^text\/formatters\.ts$/,
  /^local\/sandbox\/graph\/insights\/pacific-day\.ts$/,
  /^web\/public\/.*\.js$/,
]
