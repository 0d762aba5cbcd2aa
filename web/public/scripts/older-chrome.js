// htmx 4 passes a second argument that Chrome before version 150 rejects ("Overload resolution
// failed"). There, it is left out.
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
