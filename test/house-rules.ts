type ImportRule = { from: RegExp; to: RegExp; typesOf?: RegExp }

/** Which of our files a file may import, by its place; the first line that fits counts. Programs, local/ and test/ may import anything. */
export const allowedImports: ImportRule[] = [
  { from: /^workflows\//, to: /^workflows\//, typesOf: /^activities\// },
  { from: /^local\/sandbox\//, to: /^local\/sandbox\// },
  { from: /^platforms\//, to: /^platforms\//, typesOf: /^config/ },
  { from: /^db\//, to: /^db\//, typesOf: /^config|^platforms\// },
  { from: /^activities\//, to: /^(activities|db|platforms)\/|^workflows\/(names|start)\.ts|^log\.ts/, typesOf: /^config/ },
  {
    from: /^web\//,
    to: /^(web|db|platforms)\/|^workflows\/(names|start)\.ts|^log\.ts|^promises\.ts/,
    typesOf: /^config|^activities\//,
  },
  { from: /^config/, to: /^config/ },
]

/** A new platform is a folder, a line in the registry, its settings, a line in the sandbox and a test. */
export function platformNamesAllowed(file: string): boolean {
  return platformPlaces.some((place) => place.test(file))
}

const platformPlaces = [
  /^platforms\/(facebook|instagram|tiktok|graph)\//,
  /^platforms\/index\.ts$/,
  /^config(-\w+)?\.ts$/,
  /^local\//,
  /^bench\//,
  /^web\/views\/(home|pages)\//, // pages that tell the public what this is
  /^promises\.ts$/, // so is this list
  /\.sql$/, // the list of platforms that a column may hold
]
