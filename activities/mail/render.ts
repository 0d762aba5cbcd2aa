import { Eta } from 'eta'
import { folders } from '../../config/folders.ts'
import type { Email } from './send.ts'

const html = new Eta({ views: folders.views, cache: true })
// Plain text needs no escaping, so that apostrophes in names stay unchanged.
const text = new Eta({ views: folders.views, cache: true, autoEscape: false, autoTrim: false })

/**
 * Renders the two bodies of an email: `notice` is web/views/mail/notice-text.eta and
 * notice-html.eta. Collapses blank lines that skipped parts of a template leave.
 */
export const renderEmail = (name: string, data: object): Pick<Email, 'text' | 'html'> => ({
  text: text.render(`./mail/${name}-text`, data).replace(/\n{3,}/g, '\n\n'),
  html: html.render(`./mail/${name}-html`, data),
})

/** Renders a view as a single line of text without markup. */
export const renderLine = (view: string, data: object): string =>
  text.render(view, data).replace(/\s+/g, ' ').trim()
