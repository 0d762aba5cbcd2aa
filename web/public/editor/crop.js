// The crop frame: dragged and resized by mouse, finger and keyboard. All sizes are shares of the
// rotated picture, from 0 to 1.

const whole = { x: 0, y: 0, width: 1, height: 1 }
const smallestPixels = 64
const between = (least, value, most) => Math.max(least, Math.min(most, value))

export const startCrop = (root) => {
  const given = root.dataset.edits ? JSON.parse(root.dataset.edits) : {}
  const file = { width: Number(root.dataset.width), height: Number(root.dataset.height) }
  const find = (name) => root.querySelector(`[data-${name}]`)
  const [picture, source, frame, label, zoom] = ['picture', 'source', 'frame', 'size', 'zoom'].map(
    find,
  )
  const radios = [...root.querySelectorAll('[name="edit.shape"]')]
  const wholeShape = root.querySelector('[data-whole]')
  const outline = wholeShape.querySelector('rect')
  const judgment = wholeShape.querySelector('[data-turned]')
  const opened = given.rotate ?? 0
  let rotation = opened
  let isWholeTurned = false
  let crop = given.crop ?? whole

  const shape = () => radios.find((radio) => radio.checked)
  const ratio = () => Number(shape()?.dataset.ratio) || null
  const size = () => (rotation % 180 ? { width: file.height, height: file.width } : file)
  /** The largest frame of the chosen ratio, or of the frame's own if it is free. */
  const most = () => {
    const { width, height } = size()
    const own = ratio() ?? (crop.width * width) / (crop.height * height)
    const share = (own * height) / width
    return share <= 1 ? { width: share, height: 1 } : { width: 1, height: 1 / share }
  }
  const smallest = () => {
    const { width, height } = size()
    return {
      width: Math.min(1, smallestPixels / width),
      height: Math.min(1, smallestPixels / height),
    }
  }
  const pixels = (share, edge) => {
    const step = root.dataset.kind === 'video' ? 2 : 1
    return Math.round((share * edge) / step) * step
  }
  const choose = (name) => {
    const radio = radios.find(({ value }) => value === name)
    if (radio) radio.checked = true
  }
  /** Whoever changes the frame of the whole picture wants a part of it. */
  const leaveOriginal = () => {
    if (shape()?.value === 'original') choose('free')
  }

  /** What is said about the whole picture depends on which side is up. */
  const judgeWhole = () => {
    const isNow = (rotation - opened) % 180 !== 0
    if (isNow === isWholeTurned) return
    isWholeTurned = isNow
    if (judgment) judgment.textContent = judgment.dataset[isNow ? 'turned' : 'asItIs']
    const [width, height] = [outline.getAttribute('height'), outline.getAttribute('width')]
    for (const [name, value] of Object.entries({ width, height })) outline.setAttribute(name, value)
    outline.setAttribute('x', 15 - width / 2)
    outline.setAttribute('y', 15 - height / 2)
  }
  const draw = () => {
    const { width, height } = size()
    judgeWhole()
    picture.style.setProperty('--ratio', width / height)
    const isTurned = rotation % 180 !== 0
    source.style.width = isTurned ? `${(height / width) * 100}%` : '100%'
    source.style.height = isTurned ? `${(width / height) * 100}%` : '100%'
    source.style.transform = `translate(-50%, -50%) rotate(${rotation}deg)`
    for (const [name, share] of Object.entries({
      left: crop.x,
      top: crop.y,
      width: crop.width,
      height: crop.height,
    }))
      frame.style[name] = `${share * 100}%`
    const kept = `${pixels(crop.width, width)} × ${pixels(crop.height, height)}`
    const percent = (share) => `${Math.round(share * 100)}%`
    label.textContent = kept
    frame.setAttribute('aria-valuenow', Math.round(crop.x * 100))
    frame.setAttribute(
      'aria-valuetext',
      `${kept} pixels, ${percent(crop.x)} from the left, ${percent(crop.y)} from the top`,
    )
    zoom.value = Math.round((most().width / crop.width) * 100)
    zoom.setAttribute('aria-valuetext', `${zoom.value}%`)
    root.querySelector('#edit-zoom-now').textContent = `${zoom.value}%`
  }
  const set = (next) => {
    const width = between(0, next.width, 1)
    const height = between(0, next.height, 1)
    crop = { x: between(0, next.x, 1 - width), y: between(0, next.y, 1 - height), width, height }
    draw()
  }
  const start = () => {
    if (shape()?.value === 'original') return set(whole)
    const { width, height } = ratio() ? most() : crop
    set({ x: (1 - width) / 2, y: (1 - height) / 2, width, height })
  }
  const move = (right, down) => {
    leaveOriginal()
    set({ ...crop, x: crop.x + right, y: crop.y + down })
  }
  /** Keeps the middle of the frame. `times`: 1 is the largest frame. */
  const zoomTo = (times) => {
    leaveOriginal()
    const largest = most()
    const least = smallest()
    const share = between(
      Math.max(least.width / largest.width, least.height / largest.height),
      1 / times,
      1,
    )
    const [width, height] = [largest.width * share, largest.height * share]
    set({
      x: crop.x + (crop.width - width) / 2,
      y: crop.y + (crop.height - height) / 2,
      width,
      height,
    })
  }
  const zoomed = () => most().width / crop.width
  const resize = (wider, higher) => {
    leaveOriginal()
    const least = smallest()
    if (ratio()) return zoomTo(most().width / (crop.width + wider + higher))
    set({
      ...crop,
      width: between(least.width, crop.width + wider, 1 - crop.x),
      height: between(least.height, crop.height + higher, 1 - crop.y),
    })
  }
  /** Moves a corner to a point. The opposite corner stays. */
  const pull = (corner, x, y) => {
    leaveOriginal()
    const fixed = {
      x: corner.includes('w') ? crop.x + crop.width : crop.x,
      y: corner.includes('n') ? crop.y + crop.height : crop.y,
    }
    const room = {
      width: corner.includes('w') ? fixed.x : 1 - fixed.x,
      height: corner.includes('n') ? fixed.y : 1 - fixed.y,
    }
    const least = smallest()
    let width = between(least.width, Math.abs(x - fixed.x), room.width)
    let height = between(least.height, Math.abs(y - fixed.y), room.height)
    if (ratio()) {
      const largest = most()
      const slope = largest.height / largest.width
      const narrowest = Math.max(least.width, least.height / slope)
      width = Math.min(Math.max(width, height / slope, narrowest), room.width, room.height / slope)
      height = width * slope
    }
    set({
      x: corner.includes('w') ? fixed.x - width : fixed.x,
      y: corner.includes('n') ? fixed.y - height : fixed.y,
      width,
      height,
    })
  }

  // One pointer moves the frame or pulls a corner, two pinch.
  const pointers = new Map()
  let began = null
  const spread = () => {
    const [one, other] = [...pointers.values()]
    return Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY)
  }
  frame.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return
    event.preventDefault()
    frame.focus()
    frame.setPointerCapture(event.pointerId)
    pointers.set(event.pointerId, event)
    const isPinch = pointers.size === 2
    began = {
      event,
      crop,
      corner: event.target.dataset.corner,
      ...(isPinch ? { spread: spread(), zoom: zoomed() } : {}),
    }
  })
  frame.addEventListener('pointermove', (event) => {
    if (!pointers.has(event.pointerId) || !began) return
    pointers.set(event.pointerId, event)
    const box = picture.getBoundingClientRect()
    if (pointers.size === 2 && began.spread) return zoomTo((began.zoom * spread()) / began.spread)
    if (pointers.size > 1 || began.spread) return
    if (began.corner)
      return pull(
        began.corner,
        (event.clientX - box.left) / box.width,
        (event.clientY - box.top) / box.height,
      )
    leaveOriginal()
    const right = (event.clientX - began.event.clientX) / box.width
    const down = (event.clientY - began.event.clientY) / box.height
    set({ ...crop, x: began.crop.x + right, y: began.crop.y + down })
  })
  const release = ({ pointerId }) => {
    pointers.delete(pointerId)
    if (pointers.size === 0) began = null
  }
  frame.addEventListener('pointerup', release)
  frame.addEventListener('pointercancel', release)

  zoom.addEventListener('input', () => zoomTo(Number(zoom.value) / 100))
  for (const radio of radios) radio.addEventListener('change', start)

  const rotate = () => {
    rotation = (rotation + 90) % 360
    if (!ratio()) crop = whole
    start()
  }
  const step = 0.01
  const arrows = {
    ArrowLeft: [-step, 0],
    ArrowRight: [step, 0],
    ArrowUp: [0, -step],
    ArrowDown: [0, step],
  }
  const keys = {
    r: rotate,
    R: rotate,
    '+': () => zoomTo(zoomed() * 1.1),
    '=': () => zoomTo(zoomed() * 1.1),
    '-': () => zoomTo(zoomed() / 1.1),
  }
  /** Whether the key was one of the editor's. */
  const onKey = ({ key, shiftKey, target }) => {
    if (arrows[key] && target === frame) shiftKey ? resize(...arrows[key]) : move(...arrows[key])
    else if (keys[key]) keys[key]()
    else if (/^[1-8]$/.test(key)) {
      choose(radios[key - 1].value)
      start()
    } else return false
    return true
  }
  draw()
  return {
    rotate,
    onKey,
    focus: () => frame.focus(),
    reset: () => {
      rotation = 0
      choose('original')
      start()
    },
    edits: () => {
      const millionths = (share) => Math.round(share * 1e6) / 1e6
      const isWhole = crop.width === 1 && crop.height === 1
      return {
        ...(isWhole
          ? {}
          : {
              crop: Object.fromEntries(
                Object.entries(crop).map(([name, share]) => [name, millionths(share)]),
              ),
            }),
        ...(rotation ? { rotate: rotation } : {}),
      }
    },
  }
}
