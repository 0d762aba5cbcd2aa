// What this browser remembers of the picker: it is never sent, and signing out deletes it.
const stored = (name) => {
  try {
    return localStorage.getItem(name)
  } catch {
    return null // storage is blocked, so nothing is remembered
  }
}
const store = (name, value) => {
  try {
    localStorage.setItem(name, value)
  } catch {
    // Storage is blocked or full: it is forgotten when the picker closes.
  }
}

const kept = 24
export const recent = {
  list: () => (stored('emoji-recent') ?? '').split(' ').filter(Boolean),
  add: (emoji) => {
    const others = recent.list().filter((one) => one !== emoji)
    store('emoji-recent', [emoji, ...others].slice(0, kept).join(' '))
  },
}

let chosen = null
export const tone = {
  get: () => chosen ?? stored('emoji-tone') ?? '',
  set: (value) => {
    chosen = value
    store('emoji-tone', value)
  },
}
