import type { Dice } from './dice.ts'

/** Captions for the two businesses. Bands and records are made up. */
const bands = [
  'The Low Tides',
  'Marta Quell',
  'Night Bus Choir',
  'Paper Lanterns',
  'Otto and the Foxes',
  'Glass Harbour',
  'Sundial',
  'Rhea Bloom',
  'Half Past Monday',
  'Kilo Parade',
  'The Understudies',
  'Velvet Kiosk',
  'Amber Line',
  'Tall Grass Trio',
  'Ines Moreau',
]
const records = [
  'Slow Water',
  'Second Floor, Left',
  'Postcards',
  'Everything Lit',
  'Kitchen Songs',
  'Long Way Round',
  'Blue Hour',
  'Signals',
  'A Small Orchestra',
  'Undertow',
  'Letters Home',
  'Half Light',
  'Northern Rooms',
  'The Quiet Car',
]
const staff = ['Cleo', 'Jonas', 'Ada', 'Mira']
const genres = [
  'Jazz',
  'Dub',
  'Soul',
  'Folk',
  'Krautrock',
  'House',
  'Brazilian',
  'Ambient',
  'Post-punk',
]

type Series = (dice: Dice) => string

const anyOf = (dice: Dice, ...texts: string[]): string => dice.pick(texts)

const series: Record<string, Series> = {
  arrivals: (d) =>
    anyOf(
      d,
      `New in the crates: ${d.whole(18, 64)} records from one collection, mostly ${d.pick(genres).toLowerCase()}. Out from ten.`,
      `${d.pick(genres)} shelf refilled. ${d.pick(bands)} and ${d.pick(bands)} are at the front, the rest is for you to find.`,
      `Restock: ${d.pick(bands)}, ‘${d.pick(records)}’. We have five, as always first come, first served. #vinyl #newarrivals`,
      `Fresh from the pressing plant: ${d.pick(bands)}, ‘${d.pick(records)}’, on ${d.pick(['amber', 'black', 'sea green'])} vinyl.`,
    ),
  week: (d) =>
    anyOf(
      d,
      `Record of the week: ${d.pick(bands)}, ‘${d.pick(records)}’. Side two, third track, loud.`,
      `Crate of the week is ${d.pick(genres)}. ${d.pick(staff)} picked twenty, each under twenty francs.`,
      `Staff pick, ${d.pick(staff)}: ${d.pick(bands)}, ‘${d.pick(records)}’. "I have played nothing else since Monday."`,
      `Listening bar tonight from six: ${d.pick(bands)}, ‘${d.pick(records)}’, from the first groove to the last.`,
    ),
  counter: (d) =>
    anyOf(
      d,
      `Behind the counter: how ${d.pick(staff)} cleans a record in four minutes. It is mostly patience.`,
      `Asked most this week: "Do you buy collections?" We do, and we come to you.`,
      `${d.pick(staff)} has sorted the seven-inches. All of them. Send coffee.`,
      `What is on the shop's turntable today: ${d.pick(bands)}. Come in and argue.`,
    ),
  instore: (d) =>
    anyOf(
      d,
      `In store today at ${d.whole(14, 17)}: ${d.pick(bands)} play an hour between the shelves. Free, bring a friend.`,
      `Saturday crates on the pavement until five, rain or shine. Twenty crates, twenty per cent.`,
      `Live set this afternoon: ${d.pick(bands)}. Doors when the amp is warm.`,
    ),
  reel: (d) =>
    anyOf(
      d,
      `Needle down: ${d.pick(bands)}, thirty seconds of ‘${d.pick(records)}’.`,
      `From the sleeve to the speaker. Sound on.`,
      `A visit to the pressing plant: how ‘${d.pick(records)}’ was made.`,
      `One crate, one minute, ${d.whole(40, 70)} sleeves.`,
    ),
  note: (d) =>
    anyOf(
      d,
      'Closed today, back tomorrow at ten. Enjoy the quiet.',
      `Reminder: the bargain crate is renewed every Tuesday at nine.`,
      `We are looking for a Saturday hand who knows ${d.pick(genres).toLowerCase()} from ${d.pick(genres).toLowerCase()}. Write to us.`,
    ),
  phone: (d) =>
    anyOf(
      d,
      `Look who just walked in. Hello, ${d.pick(bands)}!`,
      `Rain outside, ${d.pick(bands)} inside.`,
      `Found this in a box without a name. Does anybody know it?`,
      `Sound check. Come early.`,
    ),
  lineup: (d) =>
    anyOf(
      d,
      `This Friday: ${d.pick(bands)}, then ${d.pick(bands)} until late. Members before eleven free.`,
      `Line-up is out. ${d.pick(bands)} come back after two years. #southsideclub`,
      `${d.pick(genres)} night with ${d.pick(bands)}. Fifty places, no list.`,
    ),
  doors: (d) =>
    anyOf(
      d,
      `Doors at ten. ${d.pick(bands)} start at eleven sharp.`,
      `Tonight. Two floors, one cloakroom, no phones on the small floor.`,
      `A few tickets are left at the door. See you at ten.`,
    ),
  thanks: (d) =>
    anyOf(
      d,
      `What a night. Thank you, ${d.pick(bands)}, and everyone who stayed to the end.`,
      `Lost: one denim jacket, three scarves, one voice. Found at the bar from four.`,
      `Pictures from Friday are up. Tell us if you would rather not be in one.`,
    ),
}

export const captionOf = (name: string, dice: Dice): string => {
  const write = series[name]
  if (!write) throw new Error(`there is no series "${name}"`)
  return write(dice)
}
