// The line that says whether the composer is saved.

const line = () => document.getElementById('save-state')

/** Leaves the line alone if it says this already, so that screen readers don't repeat it. */
const say = (state, words, more) => {
  const shown = line()
  if (!shown) return
  if (shown.dataset.state === state && shown.dataset.words === words) return
  shown.dataset.state = state
  shown.dataset.words = words
  shown.textContent = words
  if (more) shown.append(' ', more)
}
const linkTo = (words, href) =>
  Object.assign(document.createElement('a'), { href, textContent: words })
const buttonFor = (textContent, onclick) =>
  Object.assign(document.createElement('button'), {
    type: 'button',
    className: 'quiet',
    textContent,
    onclick,
  })

window.saveState = { line, say, linkTo, buttonFor }
