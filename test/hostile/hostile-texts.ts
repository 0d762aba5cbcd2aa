const size = 500_000

/** Texts of 500 KB that make inefficient patterns and parsers slow, each with a name. */
export const hostileTexts = (): [string, string][] => {
  const runs = [
    'a',
    '0',
    ' ',
    '\n',
    '-',
    '.',
    '/',
    '@',
    '<',
    '_',
    '#',
    '&',
    '%41',
    'é',
    '👩‍👩‍👧',
    '\u0000',
    '\u202e',
    '1-',
    'a.',
    'a@b.',
    ', ',
  ]
  const repeated = runs.map((run): [string, string] => [
    JSON.stringify(run),
    run.repeat(size / run.length),
  ])
  return [
    ...repeated,
    ['an address with dots', `a@${'.'.repeat(size)}@`],
    ['a link', `https://x/${'posts/'.repeat(size / 6)}`],
    ['a link with digits', `/posts/${'1'.repeat(size)}x`],
    ['tags', '<script '.repeat(size / 8)],
    ['a number that ends badly', `${'9'.repeat(size)}x`],
  ]
}

/**
 * The processor time of the fastest of five runs, so that other work on the machine has no effect.
 */
export const msOf = (work: () => unknown): number => {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 5 && best >= 50; round++) {
    const before = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, (user + system) / 1_000)
  }
  return best
}
