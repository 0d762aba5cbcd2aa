/** An element with attributes and content. */
export const element = (tag, attributes, ...content) => {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...content)
  return made
}
