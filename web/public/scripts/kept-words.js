// What a person typed in the composer and the server doesn't have yet, kept in this browser. It is
// encrypted with a key that only this person's pages contain, so the next person who signs in here
// can't read it. Signing out deletes it.

const prefix = 'words '
const keptMs = 30 * 86_400_000

const bytesOf = (base64) => Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))
const base64Of = (bytes) => btoa(Array.from(bytes, (one) => String.fromCharCode(one)).join(''))

const entries = () => Object.keys(localStorage).filter((name) => name.startsWith(prefix))

const dropOld = () => {
  for (const name of entries())
    if (Date.now() - JSON.parse(localStorage.getItem(name)).at > keptMs)
      localStorage.removeItem(name)
}

/** A tab holds the lock of what it edits, so that no other tab takes it over. */
window.holdComposer = (key) =>
  new Promise((resolve) => {
    if (!navigator.locks) return resolve(true)
    const signal = AbortSignal.timeout(1500) // a page that was reloaded may not have let go yet
    navigator.locks
      .request(`composer ${key}`, { signal }, () => {
        resolve(true)
        return new Promise(() => {})
      })
      .catch(() => resolve(false))
  })

/**
 * The person's own words in one workspace. Null where the browser has no encryption or no storage:
 * then only the server keeps them.
 */
window.keptWords = async (person, place, base64Key) => {
  if (!crypto.subtle || !base64Key) return null
  try {
    dropOld()
  } catch {
    return null // storage is turned off
  }
  const key = await crypto.subtle.importKey('raw', bytesOf(base64Key), 'AES-GCM', false, [
    'encrypt',
    'decrypt',
  ])
  const mine = `${prefix}${person} ${place} `
  const open = async (name) => {
    try {
      const { at, nonce, sealed } = JSON.parse(localStorage.getItem(name))
      const plain = await crypto.subtle.decrypt(
        { name: 'AES-GCM', iv: bytesOf(nonce) },
        key,
        bytesOf(sealed),
      )
      return { ...JSON.parse(new TextDecoder().decode(plain)), at, id: name.slice(mine.length) }
    } catch {
      localStorage.removeItem(name) // the server's key has changed, so nobody can read it any more
      return null
    }
  }
  // One after the other, so that an older text never replaces a newer one.
  let last = Promise.resolve()
  const inOrder = (step) => {
    last = last.then(step, step)
    return last
  }
  return {
    /** Whether it was kept. A browser may refuse, such as when its storage is full. */
    put: (id, words) =>
      inOrder(async () => {
        const nonce = crypto.getRandomValues(new Uint8Array(12))
        const plain = new TextEncoder().encode(JSON.stringify(words))
        const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, key, plain)
        const entry = {
          at: Date.now(),
          nonce: base64Of(nonce),
          sealed: base64Of(new Uint8Array(sealed)),
        }
        try {
          localStorage.setItem(mine + id, JSON.stringify(entry))
          return true
        } catch {
          localStorage.removeItem(mine + id)
          return false
        }
      }),
    drop: (id) => inOrder(() => localStorage.removeItem(mine + id)),
    /** The newest words for a post that no open tab has. Null if there are none. */
    takeOver: async (post, key) => {
      const found = await Promise.all(
        entries()
          .filter((name) => name.startsWith(mine))
          .map(open),
      )
      const others = found.filter((one) => one && one.post === post && one.id !== key)
      for (const one of others.sort((a, b) => b.at - a.at))
        if (await window.holdComposer(one.id)) return one
      return null
    },
  }
}

// The server also asks the browser to delete everything, which not every browser does.
document.addEventListener('submit', (event) => {
  if (event.target.getAttribute('action') !== '/sign-out' || event.defaultPrevented) return
  const emoji = ['emoji-recent', 'emoji-tone']
  for (const name of [...entries(), ...emoji]) localStorage.removeItem(name)
})
