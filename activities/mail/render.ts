import { Eta } from 'eta'
import { folders } from '../../config/folders.ts'
import type { Letter } from './letter.ts'
import type { Email, InlinePicture } from './send.ts'

const html = new Eta({ views: folders.views, cache: true })
// Plain text needs no escaping, so that apostrophes in names stay unchanged.
const text = new Eta({ views: folders.views, cache: true, autoEscape: false, autoTrim: false })

/**
 * Renders both bodies of an email, which say the same. Collapses blank lines that skipped parts of
 * the template leave. Pictures travel with the email and are shown by their Content-ID, so that
 * opening it loads nothing.
 */
export const renderEmail = (
  letter: Letter,
  publicUrl: string,
): Pick<Email, 'subject' | 'text' | 'html' | 'pictures'> => {
  const { host } = new URL(publicUrl)
  const pictures: InlinePicture[] = []
  const inline = (jpeg: Buffer): string => {
    const cid = `picture-${pictures.length + 1}@${host}`
    pictures.push({ cid, jpeg })
    return `cid:${cid}`
  }
  const data = { sender: 'CrateSocial', after: [], ...letter, host }
  return {
    subject: letter.subject,
    text: text.render('./mail/letter-text', data).replace(/\n{3,}/g, '\n\n'),
    html: html.render('./mail/letter-html', { ...data, inline }),
    pictures,
  }
}

/** Renders a view as a single line of text without markup. */
export const renderLine = (view: string, data: object): string =>
  text.render(view, data).replace(/\s+/g, ' ').trim()
