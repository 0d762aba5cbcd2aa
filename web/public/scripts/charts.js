// Shows single values of a chart on hover, on tap and with the arrow keys. A slider announces them
// to screen readers. Without this script, the values are in the table below each chart.

const dress = (svg) => {
  const points = [...svg.querySelectorAll('[data-words]')]
  if (points.length === 0 || svg.parentElement.classList.contains('chart-box')) return
  const box = document.createElement('div')
  box.className = 'chart-box'
  svg.before(box)
  const slider = document.createElement('input')
  Object.assign(slider, {
    type: 'range',
    min: 0,
    max: points.length - 1,
    value: points.length - 1,
    className: 'chart-slider',
  })
  slider.setAttribute('aria-label', `${svg.querySelector('title').textContent}: single values`)
  const tip = document.createElement('div')
  tip.className = 'chart-tip'
  tip.hidden = true
  tip.setAttribute('aria-hidden', 'true')
  box.append(svg, slider, tip)

  const wordsAt = (index) => points[index].dataset.words
  const hide = () => {
    tip.hidden = true
    for (const point of points) point.classList.remove('on')
  }
  const show = (index) => {
    hide()
    const point = points[index]
    point.classList.add('on')
    slider.value = index
    slider.setAttribute('aria-valuetext', wordsAt(index))
    tip.textContent = wordsAt(index)
    tip.hidden = false
    place(box, point, tip)
  }
  slider.setAttribute('aria-valuetext', wordsAt(points.length - 1))
  slider.addEventListener('input', () => show(Number(slider.value)))
  slider.addEventListener('focus', () => show(Number(slider.value)))
  slider.addEventListener('blur', hide)
  slider.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') hide()
  })
  // Not on pointerover: a page that shifts under a resting mouse would undo the arrow keys.
  const point = (event) => {
    const under = points.indexOf(event.target.closest('[data-words]'))
    if (under >= 0 && !points[under].classList.contains('on')) show(under)
  }
  svg.addEventListener('pointermove', point)
  svg.addEventListener('pointerdown', point)
  box.addEventListener('pointerleave', () => {
    if (document.activeElement !== slider) hide()
  })
}

// Places the tooltip beside its point, on the side with more room, so that it never covers the
// point.
const place = (box, point, tip) => {
  const around = box.getBoundingClientRect()
  const at = (point.querySelector('circle') ?? point).getBoundingClientRect()
  const x = at.left + at.width / 2 - around.left
  const y = at.top + at.height / 2 - around.top
  const left = x < around.width / 2 ? x + 12 : x - tip.offsetWidth - 12
  tip.style.left = `${Math.max(0, Math.min(left, around.width - tip.offsetWidth))}px`
  tip.style.top = `${Math.max(0, y - tip.offsetHeight / 2)}px`
}

const dressAll = () => {
  for (const svg of document.querySelectorAll('svg.chart')) dress(svg)
}
dressAll()
document.addEventListener('htmx:after:settle', dressAll)
