// htmx 4 parses answers with a second argument that Chrome before 150 refuses ("Overload resolution failed"): there it goes without.
const parseHtml = Document.parseHTMLUnsafe
if (parseHtml) {
  Document.parseHTMLUnsafe = (html, options) => {
    try {
      return parseHtml.call(Document, html, options)
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      return parseHtml.call(Document, html)
    }
  }
}
