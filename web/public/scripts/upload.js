// Uploads with progress. Each file is sent separately and unencoded, so that a large video is never
// held in memory. `data-upload-zone` is the URL, `data-upload-into` the list for the new tile, and
// `data-upload-as` an alternative kind of tile. Without this script, the form uploads all files at
// once.

const put = (address, body, { onProgress, onStart } = {}) =>
  new Promise((resolve) => {
    const request = new XMLHttpRequest()
    request.open('PUT', address)
    request.setRequestHeader('Content-Type', body.type || 'application/octet-stream')
    request.upload.onprogress = (event) => event.lengthComputable && onProgress?.(event.loaded / event.total)
    request.onload = () => resolve({ status: request.status, text: request.responseText, url: request.responseURL })
    request.onerror = () => resolve({ status: 0, text: 'The connection broke before the upload finished.' })
    request.onabort = () => resolve({ status: -1, text: '' })
    request.send(body)
    onStart?.(() => request.abort())
  })

const sizeOf = (bytes) => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} KB` : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`)

const makeRow = (zone, file) => {
  const row = document.createElement('li')
  row.className = 'upload'
  row.innerHTML =
    '<span class="upload-name"></span><button type="button" class="quiet"></button><progress max="1" value="0"></progress><span class="upload-state"></span>'
  const [name, button, bar, state] = row.children
  name.textContent = file.name
  bar.setAttribute('aria-label', `Upload of ${file.name}`)
  state.textContent = `waits · ${sizeOf(file.size)}`
  button.textContent = 'Cancel'
  button.onclick = () => row.remove()
  zone.querySelector('.uploads').append(row)
  return { row, button, bar, state }
}

const showRefusal = ({ row, button, bar, state }, words) => {
  row.classList.add('refused')
  bar.remove()
  state.textContent = words
  button.textContent = 'Dismiss'
  button.onclick = () => row.remove()
}

const addTile = (zone, html) => {
  const list = document.querySelector(zone.dataset.uploadInto)
  list.insertAdjacentHTML('afterbegin', html)
  const tile = list.firstElementChild
  window.htmx?.process(tile)
  zone.dispatchEvent(new CustomEvent('uploaded', { bubbles: true, detail: { id: tile.dataset.media, tile } }))
  return tile
}

const uploadOne = async (zone, file, shown) => {
  const max = Number(zone.dataset.uploadMax)
  if (file.size > max)
    return showRefusal(shown, `This file is larger than ${sizeOf(max)}, the upload limit. Export a smaller one.`)
  const as = zone.dataset.uploadAs ? `?as=${zone.dataset.uploadAs}` : ''
  const answer = await put(`${zone.dataset.uploadZone}/${encodeURIComponent(file.name)}${as}`, file, {
    onStart: (abort) => {
      shown.button.onclick = abort
    },
    onProgress: (part) => {
      shown.bar.value = part
      shown.state.textContent = part < 1 ? `${Math.floor(part * 100)} % of ${sizeOf(file.size)}` : 'uploaded, processing'
      if (part === 1) shown.bar.removeAttribute('value')
    },
  })
  if (answer.status === -1) return shown.row.remove()
  if (answer.url?.includes('/sign-in')) return location.reload()
  if (answer.status !== 201)
    return showRefusal(
      shown,
      (answer.status < 500 || answer.status === 507) && answer.text.length < 400
        ? answer.text
        : 'The file couldn’t be stored. Try again in a moment.',
    )
  shown.row.remove()
  const tile = addTile(zone, answer.text)
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
      const scale = Math.min(1, 640 / Math.max(video.videoWidth, video.videoHeight))
      canvas.width = video.videoWidth * scale
      canvas.height = video.videoHeight * scale
      canvas.getContext('2d').drawImage(video, 0, 0, canvas.width, canvas.height)
      canvas.toBlob(end, 'image/jpeg', 0.8)
    }
    video.src = address
  })

let queue = Promise.resolve()

const take = (zone, files) => {
  for (const file of files) {
    const shown = makeRow(zone, file)
    queue = queue
      .then(() => shown.row.isConnected && uploadOne(zone, file, shown))
      .catch(() => showRefusal(shown, 'The file couldn’t be uploaded. Try again.'))
  }
}

const zoneOf = (event) => event.target.closest?.('[data-upload-zone]')

const prepare = (root) => {
  for (const zone of root.querySelectorAll('[data-upload-zone]')) zone.classList.add('ready')
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
