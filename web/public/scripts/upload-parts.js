// Sends a file in parts with the tus protocol (tus.io), so that it continues after a lost network, a
// reload or a restart of the server. A library for this would be as large as all our scripts. Where
// an unfinished upload is kept is noted in the browser, under a hash: no file name is stored there.
const partBytes = 8 * 2 ** 20
const pausesMs = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000]
const triesMax = 10
const answerMs = 30_000
const stallMs = 45_000
const expiresMs = 24 * 3_600_000
const passing = [0, 408, 409, 423, 425, 429, 500, 502, 503, 504]

/** Status 0: the network failed. -1: `signal` ended the request. */
const ask = (method, address, { headers = {}, body = null, onProgress, signal } = {}) =>
  new Promise((resolve) => {
    const request = new XMLHttpRequest()
    const end = (status) => {
      clearTimeout(stalled)
      signal?.removeEventListener('abort', abort)
      resolve({
        status,
        text: request.responseText,
        header: (name) => request.getResponseHeader(name),
      })
    }
    const abort = () => request.abort()
    let stalled
    const watch = () => {
      clearTimeout(stalled)
      stalled = setTimeout(abort, stallMs)
    }
    request.open(method, address)
    const all = { 'Tus-Resumable': '1.0.0', 'HX-Request-Type': 'partial', ...headers }
    for (const [name, value] of Object.entries(all)) request.setRequestHeader(name, value)
    if (!body) request.timeout = answerMs
    request.upload.onprogress = ({ loaded, total }) => {
      watch()
      // Then the server works on it, for as long as it takes.
      if (loaded === total) clearTimeout(stalled)
      onProgress?.(loaded)
    }
    request.onload = () => end(request.status)
    request.onerror = () => end(0)
    request.ontimeout = () => end(0)
    request.onabort = () => end(signal?.aborted ? -1 : 0)
    signal?.addEventListener('abort', abort)
    request.send(body)
    if (body) watch()
  })

const keyOf = async (address, { name, size, lastModified }) => {
  const facts = new TextEncoder().encode([address, name, size, lastModified].join('\n'))
  const hash = await crypto.subtle?.digest('SHA-256', facts) // only where the connection is safe
  return hash
    ? `upload:${[...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
    : null
}

// Without storage, such as in a private window that forbids it, an upload doesn't survive a reload.
const stored = (work) => {
  try {
    return work(localStorage)
  } catch {
    return null
  }
}
const remember = (key, address) =>
  key && stored((all) => all.setItem(key, JSON.stringify({ address, at: Date.now() })))
const forget = (key) => key && stored((all) => all.removeItem(key))
const recall = (key) => stored((all) => JSON.parse(all.getItem(key) ?? 'null'))?.address ?? null
stored((all) => {
  for (const key of Object.keys(all))
    if (key.startsWith('upload:') && !(Date.now() - JSON.parse(all.getItem(key)).at < expiresMs))
      all.removeItem(key)
})

const encoded = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)))

/** Waits, but not longer than until the network is back. */
const pause = (ms, signal) =>
  new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      removeEventListener('online', end)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    addEventListener('online', end)
    signal.addEventListener('abort', end)
  })

/**
 * Uploads a file to `start`, the address where uploads begin. Returns `{ media }`, the address of
 * what it became; `{ status, text }` if it was refused; `{ lost: true }` if the server keeps losing
 * it; null if `signal` ended it in time. `onProgress(bytes)`, `onWait()` while there is no connection.
 */
globalThis.uploadInParts = async (file, start, { signal, onProgress, onWait }) => {
  const key = await keyOf(start, file)
  let address = recall(key)
  let offset = null
  let tries = 0
  let losses = 0

  const begin = () => {
    const headers = {
      'Upload-Length': file.size,
      'Upload-Metadata': `filename ${encoded(file.name)}`,
    }
    return ask('POST', start, { signal, headers })
  }
  const send = () => {
    const body = file.slice(offset, offset + partBytes)
    const headers = { 'Upload-Offset': offset, 'Content-Type': 'application/offset+octet-stream' }
    const from = offset
    return ask('PATCH', address, {
      signal,
      headers,
      body,
      onProgress: (bytes) => onProgress(from + bytes),
    })
  }
  const step = () => {
    if (!address) return begin()
    return offset === null ? ask('HEAD', address, { signal }) : send()
  }
  for (;;) {
    const { status, text, header } = await step()
    if (signal.aborted) {
      forget(key)
      const canceled = address ? await ask('DELETE', address) : null
      // The last part had arrived after all, so the file is shown.
      const media = canceled?.header('Content-Location')
      return media ? { media } : null
    }
    if (status >= 200 && status < 300) {
      if (status === 201) {
        address = header('Location')
        remember(key, address)
      }
      const before = offset
      offset = status === 201 ? 0 : Number(header('Upload-Offset'))
      if (offset !== before) tries = 0
      onProgress(offset)
      if (header('Content-Location')) {
        forget(key)
        return { media: header('Content-Location') }
      }
    } else if (address && (status === 404 || status === 410)) {
      // It has expired, or another server has it.
      forget(key)
      address = offset = null
      losses += 1
      if (losses > 2) return { lost: true }
    } else if (passing.includes(status) && (tries < triesMax || !navigator.onLine)) {
      offset = null
      onWait(status)
      await pause(pausesMs[Math.min(tries, pausesMs.length - 1)], signal)
      tries += 1
    } else {
      if (!passing.includes(status) && status !== 401) forget(key)
      return { status, text }
    }
  }
}
