import { serve } from '@hono/node-server'
import { Eta } from 'eta'
import { Hono } from 'hono'
import { connect } from '../../db/postgres/connect.ts'

/**
 * A trivial page on the same stack, to compare pages with: Hono, one select, one Eta template.
 * Prints "listening" when it is ready.
 */
const sql = connect({
  url: process.env.DATABASE_URL ?? '',
  prepare: true,
  applicationName: 'floor',
})
const eta = new Eta({ cache: true })
eta.loadTemplate(
  '@floor',
  '<!doctype html><html lang="en"><head><title><%= it.name %></title></head><body><h1><%= it.name %></h1><p>Times are in <%= it.zone %>.</p></body></html>',
)

const app = new Hono().get('/:slug', async (c) => {
  const [workspace] = await sql<
    { name: string; zone: string }[]
  >`select name, zone from workspaces where slug = ${c.req.param('slug')}`
  return workspace ? c.html(eta.render('@floor', workspace)) : c.notFound()
})
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: Number(process.env.PORT) }, () =>
  console.log('listening'),
)
