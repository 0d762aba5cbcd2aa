import { clubPalettes, shopPalettes } from './pictures.ts'
import { clubMotifs, type Motif, type Palette, shopMotifs } from './shapes.ts'

/** The people and workspaces of the demo. Nobody can own their domain (RFC 2606). */
export type Member = { name: string; email: string; role: 'admin' | 'manager' }

export const demoPassword = 'crates full of records'
export const zone = 'Europe/Zurich'
export const operator: Member = {
  name: 'Ada Northside',
  email: 'ada@northside.example',
  role: 'admin',
}

/** A second TikTok account of the shop, whose connection expires. */
export const cellar = 'northside.cellar'

export type DemoWorkspace = {
  name: string
  slug: string
  /** Besides the operator, who creates the workspace. */
  members: Member[]
  /** The person who connects at Meta in the sandbox, and the accounts they choose, by platform. */
  meta: {
    who: string
    accounts: Partial<Record<DemoPlatform, { id: string; followers: number; before: number }>>
  }
  /** Username at TikTok in the sandbox. */
  tiktok: { username: string; followers: number; before: number } | null
  pictures: { count: number; motifs: Motif[]; palettes: Palette[]; name: string }
  seed: number
  /** The usual weekly posts. */
  slots: Slot[]
}
export type DemoPlatform = 'facebook' | 'instagram' | 'tiktok'
/** A weekly post. `day` 0 is Monday, `share` is the probability that it is published. */
type Slot = { day: number; hours: number[]; series: string; share: number }

const member = (name: string, email: string, role: Member['role'] = 'manager'): Member => ({
  name,
  email,
  role,
})

export const workspaces: DemoWorkspace[] = [
  {
    name: 'Northside Records',
    slug: 'northside-records',
    members: [
      member('Cleo Meier', 'cleo@northside.example'),
      member('Jonas Weber', 'jonas@northside.example'),
    ],
    meta: {
      who: 'Ada Northside',
      accounts: {
        facebook: { id: '106700000000001', followers: 1_204, before: 905 },
        instagram: { id: '17841400000000001', followers: 3_518, before: 2_190 },
      },
    },
    tiktok: { username: 'northside.records', followers: 1_204, before: 160 },
    pictures: {
      count: 18,
      motifs: shopMotifs,
      palettes: shopPalettes,
      name: 'sleeve',
    },
    seed: 41,
    slots: [
      { day: 1, hours: [9, 9, 8, 10], series: 'arrivals', share: 0.92 },
      { day: 3, hours: [12, 17, 17, 18], series: 'week', share: 0.85 },
      { day: 4, hours: [16, 18, 19], series: 'counter', share: 0.55 },
      { day: 5, hours: [11, 10, 13], series: 'instore', share: 0.6 },
      { day: 6, hours: [19, 20, 18], series: 'reel', share: 0.5 },
      { day: 0, hours: [8, 12, 21], series: 'note', share: 0.3 },
    ],
  },
  {
    name: 'Southside Club',
    slug: 'southside-club',
    members: [
      member('Ben Southside', 'ben@southside.example', 'admin'),
      member('Dana Rossi', 'dana@southside.example'),
    ],
    meta: {
      who: 'Ben Southside',
      accounts: {
        facebook: { id: '106700000000005', followers: 1_204, before: 1_120 },
        instagram: { id: '17841400000000003', followers: 3_518, before: 3_260 },
      },
    },
    tiktok: null,
    pictures: {
      count: 9,
      motifs: clubMotifs,
      palettes: clubPalettes,
      name: 'night',
    },
    seed: 73,
    slots: [
      { day: 2, hours: [18, 17, 20], series: 'lineup', share: 0.85 },
      { day: 4, hours: [19, 20, 21], series: 'doors', share: 0.8 },
      { day: 6, hours: [14, 13, 16], series: 'thanks', share: 0.6 },
    ],
  },
]
