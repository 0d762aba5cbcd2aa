/**
 * Whether robots.txt of the host allows this crawler to fetch the path. A missing or unreadable
 * robots.txt allows everything.
 */
export async function mayFetch(url: URL, userAgent: string, signal: AbortSignal): Promise<boolean> {
  const response = await fetch(new URL('/robots.txt', url), {
    signal,
    redirect: 'manual',
    headers: { 'user-agent': userAgent },
  }).catch(() => null) // unreadable: everything is allowed
  if (response?.status !== 200) {
    await response?.body?.cancel()
    return true
  }
  const crawler = userAgent.split('/')[0] ?? userAgent
  return isAllowed(await response.text(), crawler, url.pathname)
}

/**
 * Uses the group that names the crawler, or else the group '*'. The longest matching rule decides.
 * If two are equally long, Allow wins.
 */
function isAllowed(robots: string, crawler: string, path: string): boolean {
  const groups = readGroups(robots)
  const group =
    groups.find(({ agents }) => agents.includes(crawler.toLowerCase())) ??
    groups.find(({ agents }) => agents.includes('*'))
  const matching = (group?.rules ?? []).filter(
    (rule) => rule.path !== '' && path.startsWith(rule.path),
  )
  const longest = Math.max(0, ...matching.map((rule) => rule.path.length))
  const deciding = matching.filter((rule) => rule.path.length === longest)
  return deciding.length === 0 || deciding.some((rule) => rule.allow)
}

type Group = { agents: string[]; rules: { allow: boolean; path: string }[] }

function readGroups(robots: string): Group[] {
  const groups: Group[] = []
  for (const line of robots.split(/\r?\n/)) {
    const [, name = '', value = ''] =
      line.replace(/#.*/, '').match(/^\s*([a-z-]+)\s*:\s*(.*?)\s*$/i) ?? []
    const key = name.toLowerCase()
    const current = groups.at(-1)
    if (key === 'user-agent' && current && current.rules.length === 0)
      current.agents.push(value.toLowerCase())
    else if (key === 'user-agent') groups.push({ agents: [value.toLowerCase()], rules: [] })
    else if (key === 'allow' || key === 'disallow')
      current?.rules.push({ allow: key === 'allow', path: value })
  }
  return groups
}
