// Reloads a part of an open page when something on it has changed: shortly after the first change,
// no matter how many follow, and then at most every few seconds. A random delay keeps open pages
// from reloading all at once.
const soonMs = 300
const spreadMs = 1_200
const restMs = 5_000

const parts = new Map() // by id: when it was last fetched, and whether a fetch is scheduled

document.addEventListener('target-changed', (event) => {
  const changed = read(event.detail?.data)
  for (const part of document.querySelectorAll('[data-live]'))
    if (concerns(part, changed)) fetchSoon(part.id)
})

// The event of a conversion has the id of the file, or nothing if any may have changed.
document.addEventListener('media-changed', (event) => {
  const id = event.detail?.data
  for (const part of document.querySelectorAll('[data-converting]'))
    if (!id || part.dataset.converting === id) fetchSoon(part.id)
})

// The page of an import shows only that one.
document.addEventListener('import-changed', () => {
  for (const part of document.querySelectorAll('[data-importing]')) fetchSoon(part.id)
})

/**
 * `at`: the changed days, in seconds since 1970. `posts`: ids. Null if anything may have changed.
 */
const read = (data) => (data ? JSON.parse(data) : null)

const concerns = (part, changed) => {
  const { from, to } = part.dataset
  if (!changed || !from) return true
  const isShown = (id) => part.contains(document.getElementById(`post-${id}`))
  return (
    changed.at.some((at) => at >= Number(from) && at < Number(to)) || changed.posts.some(isShown)
  )
}

const fetchSoon = (id) => {
  const part = parts.get(id) ?? { fetchedMs: -restMs, waits: false }
  parts.set(id, part)
  if (part.waits) return
  part.waits = true
  const inMs =
    Math.max(soonMs, part.fetchedMs + restMs - performance.now()) + Math.random() * spreadMs
  setTimeout(() => {
    part.waits = false
    part.fetchedMs = performance.now()
    document.getElementById(id)?.dispatchEvent(new CustomEvent('fetch-again'))
  }, inMs)
}
