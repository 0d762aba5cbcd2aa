import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { listLabels } from '../../../db/posts/labels/labels.ts'
import {
  countLibrary,
  findListed,
  type ListedMedia,
  listLibrary,
  type OneMedia,
} from '../../../db/posts/library/files.ts'
import { type LibraryMark, libraryMarks } from '../../../db/posts/library/filter.ts'
import { listLabelsOfFiles, listMediaLabels } from '../../../db/posts/library/labels.ts'
import { findRemoval, listUses, mostUses } from '../../../db/posts/library/uses.ts'
import { sumMediaBytes } from '../../../db/posts/media.ts'
import { listLinks } from '../../../db/posts/media-links.ts'
import type { MemberEnv, WebDeps } from '../../http/env.ts'
import { idParam } from '../../http/ids.ts'
import type { Renderer, View } from '../../http/render.ts'
import { labelMaxCharacters } from '../../posts/labels/label.ts'
import { titleOf } from '../../posts/post-title.ts'
import {
  addressOf,
  isNarrowed,
  type LibraryView,
  librarySearchMaxCharacters,
  readLibrary,
  toggled,
} from './address.ts'
import { altTextMaxCharacters } from './alt-text.ts'
import { fileNameMaxCharacters } from './rename.ts'
import { removalWords, useState, useWords } from './words.ts'

type MemberContext = Context<MemberEnv>
export type RefusedFile = { fileName: string; words: string }
/** What a form of the panel sent that wasn't taken. */
export type Typed = { altText?: string; fileName?: string; fault: string }

export const pageSize = 60
const markLabels: Record<LibraryMark, string> = {
  used: 'Used',
  unused: 'Not used',
  'no-alt': 'No alt text',
  expiring: 'Expiring soon',
}

export const queryOf = (c: MemberContext): URLSearchParams => new URL(c.req.url).searchParams

/** Answers 404 if the file isn't there, or was purged. */
export const findFile = async (deps: WebDeps, c: MemberContext): Promise<OneMedia> => {
  const media = await findListed(deps.sql, c.var.workspace.id, idParam(c, 'id'))
  if (!media) throw new HTTPException(404)
  return media
}

/** The data of media/_tile.eta. */
export const tileOf = (media: ListedMedia, base: string, view: LibraryView): View => ({
  media,
  useWords,
  open: addressOf(base, view, { before: view.before, file: media.id }),
  isOpen: view.file === media.id,
})

/** The library with its panel, or with `?part=more` the tiles of the next page. */
export const showLibrary = async (
  deps: WebDeps,
  view: Renderer,
  c: MemberContext,
  { refused = [], typed = null }: { refused?: RefusedFile[]; typed?: Typed | null } = {},
  shown: LibraryView = readLibrary(queryOf(c)),
): Promise<Response> => {
  const { sql } = deps
  const { id: workspaceId, slug } = c.var.workspace
  const base = `/w/${slug}/media`
  const now = new Date(deps.now())
  const page = { after: shown.before ?? undefined, isOldestFirst: shown.isOldestFirst, now }
  const listed = await listLibrary(sql, workspaceId, shown, { ...page, limit: pageSize + 1 })
  const files = listed.slice(0, pageSize)
  const last = listed.length > pageSize ? (files.at(-1)?.id ?? null) : null
  const tiles = files.map((media) => tileOf(media, base, shown))
  const more = last && addressOf(base, shown, { before: last })
  if (queryOf(c).get('part') === 'more') return view.partial(c, 'media/_tiles', { tiles, more })
  const [counts, labels, usedBytes, opened] = await Promise.all([
    countLibrary(sql, workspaceId, shown, now),
    listLabelsOfFiles(sql, workspaceId),
    sumMediaBytes(sql, workspaceId),
    shown.file ? findListed(sql, workspaceId, shown.file) : null,
  ])
  const panel = opened && (await panelOf(deps, c, opened, shown, typed))
  return view.page(
    c,
    'media/index',
    {
      ...{
        base,
        tiles,
        more,
        counts,
        usedBytes,
        refused,
        panel,
        view: shown,
        isFirst: !shown.before,
      },
      isNarrowed: isNarrowed(shown),
      isEmpty: counts.all === 0 && !isNarrowed(shown),
      kinds: [
        { label: 'All', kind: null, count: counts.all },
        { label: 'Photos', kind: 'image' as const, count: counts.image },
        { label: 'Videos', kind: 'video' as const, count: counts.video },
      ].map((one) => ({
        ...one,
        href: addressOf(base, shown, { kind: one.kind }),
        isOn: shown.kind === one.kind,
      })),
      chips: libraryMarks.map((mark) => ({
        mark,
        label: markLabels[mark],
        count: counts[mark],
        isOn: shown.marks.includes(mark),
        href: addressOf(base, shown, { marks: toggled(shown.marks, mark) }),
      })),
      labels: labels.map((label) => ({
        ...label,
        isOn: shown.labelIds.includes(label.id),
        href: addressOf(base, shown, { labelIds: toggledId(shown.labelIds, label.id) }),
      })),
      labelMax: labelMaxCharacters,
      sortHref: addressOf(base, shown, { isOldestFirst: !shown.isOldestFirst }),
      clearHref: addressOf(base, { ...shown, search: '', kind: null, marks: [], labelIds: [] }),
      back: addressOf(base, shown, { before: shown.before }),
      searchMax: librarySearchMaxCharacters,
      maxBytes: deps.config.media.maxUploadBytes,
      quotaBytes: deps.config.media.quotaBytes,
    },
    refused.length > 0 || typed ? 422 : 200,
  )
}

/** With the id if it wasn't among them, else without. */
const toggledId = (ids: string[], id: string): string[] =>
  ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id]

/** The data of media/_panel.eta. */
const panelOf = async (
  deps: WebDeps,
  c: MemberContext,
  media: OneMedia,
  shown: LibraryView,
  typed: Typed | null = null,
): Promise<View> => {
  const { sql } = deps
  const base = `/w/${c.var.workspace.slug}/media`
  const ref = { workspaceId: media.workspaceId, mediaId: media.id }
  const [uses, removal, labels, allLabels] = await Promise.all([
    listUses(sql, media.workspaceId, media.id),
    findRemoval(sql, media.workspaceId, media.id),
    listMediaLabels(sql, ref),
    listLabels(sql, media.workspaceId),
  ])
  const drawn = uses.map((use) => ({
    ...use,
    title: titleOf(use.text),
    is: useState(use),
    marks: use.platforms.flatMap((name) => deps.platforms.platforms.get(name) ?? []),
  }))
  return {
    ...{ media, typed, removal, removalWords, mostUses },
    base,
    at: `${base}/${media.id}`,
    labels,
    allLabels,
    labelMax: labelMaxCharacters,
    uses: drawn,
    isOften: uses.length === mostUses,
    here: addressOf(base, shown, { before: shown.before, file: media.id }),
    close: addressOf(base, shown, { before: shown.before }),
    altTextMax: altTextMaxCharacters,
    fileNameMax: fileNameMaxCharacters,
  }
}

/** The page of a file; with `?part=tile` its tile, with `?part=panel` the library's panel. */
export const showFile = async (
  deps: WebDeps,
  view: Renderer,
  c: MemberContext,
  typed: Typed | null = null,
): Promise<Response> => {
  const media = await findFile(deps, c)
  const base = `/w/${c.var.workspace.slug}/media`
  const shown = { ...readLibrary(queryOf(c)), file: null }
  const part = queryOf(c).get('part')
  if (part === 'tile') return view.partial(c, 'media/_tile', tileOf(media, base, shown))
  if (part === 'pick') return view.partial(c, 'media/_pick', { media })
  const panel = await panelOf(deps, c, media, shown, typed)
  if (part === 'panel') return view.partial(c, 'media/_panel', panel)
  const links = await listLinks(deps.sql, media.workspaceId, media.id)
  const { publicUrl } = deps.config.media
  return view.page(c, 'media/show', { ...panel, here: base, links, publicUrl }, typed ? 422 : 200)
}
