// Uploads with progress, one file after another. upload-parts.js sends each. `data-upload-zone` is the
// URL of the media, `data-upload-into` the list for the new tile, and `data-upload-as` an alternative
// kind of tile. Without this script, the form uploads all files at once.

const put = (address, body, { onProgress, onStart } = {}) =>
  new Promise((resolve) => {
    const request = new XMLHttpRequest()
    request.open('PUT', address)
    request.setRequestHeader('Content-Type', body.type || 'application/octet-stream')
    request.upload.onprogress = (event) =>
      event.lengthComputable && onProgress?.(event.loaded / event.total)
    request.onload = () =>
      resolve({ status: request.status, text: request.responseText, url: request.responseURL })
    request.onerror = () =>
      resolve({ status: 0, text: 'The connection broke before the upload finished.' })
    request.onabort = () => resolve({ status: -1, text: '' })
    request.send(body)
    onStart?.(() => request.abort())
  })

const sizeOf = (bytes) =>
  bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} KB` : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`

const parts =
  '<span class="upload-name"></span><span class="upload-acts"><button type="button" class="quiet upload-again" hidden>Try again</button><button type="button" class="quiet upload-end"></button></span><progress max="1" value="0"></progress><span class="upload-state"></span>'
/** A circle that fills, where uploads are tiles. */
const ring =
  '<svg class="ring" viewBox="0 0 36 36" width="36" height="36" aria-hidden="true"><circle class="ring-track" cx="18" cy="18" r="15"></circle><circle class="ring-share" cx="18" cy="18" r="15" pathLength="100" stroke-dasharray="0 100"></circle></svg>'

const makeRow = (zone, file) => {
  const row = document.createElement('li')
  row.className = 'upload'
  row.innerHTML = `${ring}${parts}`
  const part = (name) => row.querySelector(name)
  const shown = {
    row,
    again: part('.upload-again'),
    end: part('.upload-end'),
    bar: part('progress'),
    state: part('.upload-state'),
  }
  part('.upload-name').textContent = file.name
  shown.bar.setAttribute('aria-label', `Upload of ${file.name}`)
  // Screen readers hear the steps, not each percent.
  shown.say = (words) => {
    shown.state.textContent = words
    zone.querySelector('.upload-news').textContent = `${file.name}: ${words}`
  }
  zone.querySelector('.uploads').append(row)
  return shown
}

const showRefusal = ({ row, again, end, bar, say }, words, retry) => {
  row.classList.add('refused')
  bar.hidden = true
  say(words)
  end.hidden = false
  end.textContent = 'Dismiss'
  end.onclick = () => row.remove()
  again.hidden = !retry
  again.onclick = () => {
    row.classList.remove('refused')
    bar.hidden = false
    again.hidden = true
    retry()
  }
}

const addTile = (zone, html) => {
  const list = document.querySelector(zone.dataset.uploadInto)
  list.insertAdjacentHTML('afterbegin', html)
  const tile = list.firstElementChild
  window.htmx?.process(tile)
  zone.dispatchEvent(
    new CustomEvent('uploaded', { bubbles: true, detail: { id: tile.dataset.media, tile } }),
  )
  return tile
}

const showProgress = ({ row, bar, end, state, say }, file) => {
  let quarter = 0
  let waits = false
  return {
    onProgress: (bytes) => {
      const share = bytes / file.size
      const words =
        share < 1 ? `${Math.floor(share * 100)}% of ${sizeOf(file.size)}` : 'Uploaded. Processing…'
      const reached = Math.floor(share * 4)
      row
        .querySelector('.ring-share')
        .setAttribute('stroke-dasharray', `${Math.min(100, share * 100)} 100`)
      if (share < 1) bar.value = share
      else bar.removeAttribute('value')
      end.hidden = share >= 1 // a file that has arrived can't be canceled
      if (waits || reached > quarter) say(words)
      else state.textContent = words
      quarter = reached
      waits = false
    },
    onWait: (status) => {
      waits = true
      end.hidden = false
      say(
        status === 0
          ? 'Connection lost. The upload continues when it’s back.'
          : 'The server is busy. Trying again…',
      )
    },
  }
}

const signedOut = 'You’re signed out. Sign in again in another tab, then choose Try again.'
const notStored = 'The file couldn’t be stored. Try again in a moment.'

const wordsOf = ({ status, text }) => {
  if (status === 0) return 'The connection broke before the upload finished.'
  if (status === 401) return signedOut
  return (status < 500 || status === 503 || status === 507) &&
    text.length < 400 &&
    !text.startsWith('<')
    ? text
    : notStored
}

/** The new tile: `{ html }`. `{ status, text }` if the file was refused, null if it was canceled. */
const send = async (zone, file, shown) => {
  const { uploadZone: media, uploadAs: as } = zone.dataset
  const ending = new AbortController()
  shown.end.textContent = 'Cancel'
  shown.end.hidden = false
  shown.end.onclick = () => ending.abort()
  const hooks = { ...showProgress(shown, file), signal: ending.signal }
  hooks.onProgress(0)
  const sent = await window.uploadInParts(file, media.replace(/media$/, 'uploads'), hooks)
  if (sent?.media) {
    const answer = await fetch(`${sent.media}?part=${as ?? 'tile'}`)
    return answer.ok ? { html: await answer.text() } : { status: answer.status, text: '' }
  }
  if (!sent?.lost) return sent
  // Several servers that don't share a disk: one request can't be spread over them.
  const whole = await put(
    `${media}/${encodeURIComponent(file.name)}${as ? `?as=${as}` : ''}`,
    file,
    {
      onStart: (abort) => ending.signal.addEventListener('abort', abort),
      onProgress: (share) => hooks.onProgress(share * file.size),
    },
  )
  if (whole.status === -1) return null
  if (whole.url?.includes('/sign-in')) return { status: 401, text: '' }
  return whole.status === 201 ? { html: whole.text } : whole
}

const uploadOne = async (zone, file, shown) => {
  const max = Number(zone.dataset.uploadMax)
  if (file.size > max)
    return showRefusal(
      shown,
      `This file is larger than ${sizeOf(max)}, the upload limit. Export a smaller one.`,
    )
  if (file.size === 0) return showRefusal(shown, 'This file is empty.')
  const sent = await send(zone, file, shown)
  if (!sent) return shown.row.remove()
  if (!sent.html)
    return showRefusal(
      shown,
      wordsOf(sent),
      sent.status === 422 ? null : () => enqueue(zone, file, shown),
    )
  shown.say('Uploaded')
  shown.row.remove()
  const tile = addTile(zone, sent.html)
  if (tile.dataset.kind === 'video') await sendFrame(zone, tile, file)
}

// The server can't decode every video, so the browser takes a frame for the thumbnail. If it can't,
// the drawn picture stays.
const sendFrame = async (zone, tile, file) => {
  const frame = await frameOf(file)
  if (!frame) return
  const answer = await put(`${zone.dataset.uploadZone}/${tile.dataset.media}/frame`, frame)
  const image = tile.querySelector('img')
  if (answer.status === 204) image.src = `${image.src}?frame`
}

const frameOf = (file) =>
  new Promise((resolve) => {
    const video = document.createElement('video')
    const address = URL.createObjectURL(file)
    const end = (frame) => {
      clearTimeout(timer)
      URL.revokeObjectURL(address)
      resolve(frame)
    }
    const timer = setTimeout(end, 8000)
    video.muted = true
    video.preload = 'auto'
    video.onerror = () => end()
    video.onloadedmetadata = () => {
      video.currentTime = Math.min(1, video.duration / 3)
    }
    video.onseeked = () => {
      const canvas = document.createElement('canvas')
      const scale = Math.min(1, 1080 / video.videoWidth, 1920 / video.videoHeight)
      canvas.width = video.videoWidth * scale
      canvas.height = video.videoHeight * scale
      canvas.getContext('2d').drawImage(video, 0, 0, canvas.width, canvas.height)
      canvas.toBlob(end, 'image/jpeg', 0.8)
    }
    video.src = address
  })

let queue = Promise.resolve()

const enqueue = (zone, file, shown) => {
  shown.say(`Waiting · ${sizeOf(file.size)}`)
  shown.end.textContent = 'Cancel'
  shown.end.onclick = () => shown.row.remove()
  queue = queue
    .then(() => shown.row.isConnected && uploadOne(zone, file, shown))
    .catch(() => showRefusal(shown, notStored, () => enqueue(zone, file, shown)))
}

const take = (zone, files) => {
  for (const file of files) enqueue(zone, file, makeRow(zone, file))
}

const zoneOf = (event) => event.target.closest?.('[data-upload-zone]')

const prepare = (root) => {
  for (const zone of root.querySelectorAll('[data-upload-zone]:not(.ready)')) {
    zone.classList.add('ready')
    zone.insertAdjacentHTML('beforeend', '<p class="upload-news" role="status"></p>')
  }
}
prepare(document)
document.addEventListener('htmx:after:settle', () => prepare(document))

document.addEventListener('change', (event) => {
  const zone = zoneOf(event)
  if (!zone || event.target.type !== 'file') return
  take(zone, [...event.target.files])
  event.target.value = ''
})
document.addEventListener('dragover', (event) => {
  const zone = zoneOf(event)
  if (!zone || !event.dataTransfer.types.includes('Files')) return
  event.preventDefault()
  zone.classList.add('over')
})
document.addEventListener('dragleave', (event) => zoneOf(event)?.classList.remove('over'))
document.addEventListener('drop', (event) => {
  const zone = zoneOf(event)
  if (!zone || !event.dataTransfer.files.length) return
  event.preventDefault()
  zone.classList.remove('over')
  take(zone, [...event.dataTransfer.files])
})

// A page that asks for news after its session has ended goes to the sign-in page, but not while it
// lists uploads: they can go on once someone has signed in in another tab.
document.addEventListener('htmx:before:response', (event) => {
  const isSignedOut = event.detail.ctx.response.status === 401
  if (isSignedOut && document.querySelector('.upload')) event.preventDefault()
})
