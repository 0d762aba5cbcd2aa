// On a phone, the days of the week are swiped to the week before or after. Without this script,
// Earlier and Later lead there.
const leastPixels = 50
let from = null
const point = ({ clientX, clientY }) => ({ x: clientX, y: clientY })

document.addEventListener(
  'touchstart',
  (event) => {
    const strip = event.target.closest?.('.week-strip')
    from = strip && event.touches.length === 1 ? { strip, ...point(event.touches[0]) } : null
  },
  { passive: true },
)
document.addEventListener('touchend', (event) => {
  const [touch] = event.changedTouches
  if (!from || !touch) return
  const { x, y } = point(touch)
  const [across, down] = [x - from.x, Math.abs(y - from.y)]
  const { before, after } = from.strip.dataset
  from = null
  if (Math.abs(across) > leastPixels && Math.abs(across) > 2 * down)
    location.assign(across > 0 ? before : after)
})

// The week's three days on a phone begin with the day of the address. Without this script, they
// begin with the week.
const hours = document.querySelector('.hours')
const day = hours && document.getElementById(`day-${hours.dataset.at}`)?.closest('.hour-day')
if (day) hours.scrollLeft = day.offsetLeft - hours.querySelector('.hour-names').offsetWidth
