import type { Meta } from './meta.ts'
import { allTasks, type Page } from './state.ts'

const ada = '10200000000000001'
const ben = '10200000000000002'

/** Initial people and Pages: Ada has four Pages (she can't publish on one of them), Ben has one. */
export function seedMeta(meta: Meta): void {
  addPerson(meta, { id: ada, name: 'Ada Northside' })
  addPerson(meta, { id: ben, name: 'Ben Southside' })
  addPage(meta, {
    id: '106700000000001',
    name: 'Northside Records',
    category: 'Record label',
    roles: { [ada]: [...allTasks] },
  })
  linkInstagram(meta, '106700000000001', {
    id: '17841400000000001',
    username: 'northsiderecords',
    name: 'Northside Records',
  })
  addPage(meta, {
    id: '106700000000002',
    name: 'Northside Café',
    category: 'Cafe',
    roles: { [ada]: [...allTasks] },
    location: {
      city: 'Lisbon',
      country: 'Portugal',
      street: 'Rua da Paz 7',
      latitude: 38.71,
      longitude: -9.15,
    },
  })
  linkInstagram(meta, '106700000000002', {
    id: '17841400000000002',
    username: 'northsidecafe',
    name: 'Northside Café',
  })
  addPage(meta, {
    id: '106700000000003',
    name: 'Northside Events',
    category: 'Event planner',
    roles: { [ada]: [...allTasks] },
  })
  addPage(meta, {
    id: '106700000000004',
    name: 'Northside Archive',
    category: 'Library',
    roles: { [ada]: ['ANALYZE', 'MODERATE'] },
  })
  addPage(meta, {
    id: '106700000000005',
    name: 'Southside Club',
    category: 'Night club',
    roles: { [ben]: [...allTasks] },
  })
  linkInstagram(meta, '106700000000005', {
    id: '17841400000000003',
    username: 'southsideclub',
    name: 'Southside Club',
  })
}

export function addPerson(meta: Meta, { id, name }: { id: string; name: string }): void {
  meta.state.people[id] = { id, name, grant: null, trouble: null }
}

type NewPage = {
  id: string
  name: string
  category?: string
  roles: Record<string, string[]>
  business?: Page['business']
  followers?: number
  isSmall?: boolean
  location?: Page['location']
}

export function addPage(meta: Meta, { id, name, roles, ...more }: NewPage): void {
  const {
    category = 'Business',
    business = null,
    followers = 1_204,
    isSmall = false,
    location = null,
  } = more
  const facts = { category, business, followers, isSmall, location }
  meta.state.pages[id] = {
    id,
    name,
    username: null,
    instagramId: null,
    roles,
    lostRoles: [],
    ...facts,
  }
}

export function linkInstagram(
  meta: Meta,
  pageId: string,
  { id, username, name }: { id: string; username: string; name: string },
): void {
  meta.state.instagram[id] = {
    id,
    username,
    name,
    biography: '',
    followers: 3_518,
    follows: 87,
    restricted: false,
  }
  const page = meta.state.pages[pageId]
  if (page) page.instagramId = id
}
