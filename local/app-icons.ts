import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'

/** A record in its crate. Everything that matters is within the middle 80%, which no platform cuts. */
const drawing = (corner: number): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512"><clipPath id="whole"><rect width="512" height="512" rx="${corner}"/></clipPath>
<g clip-path="url(#whole)"><rect width="512" height="512" fill="#a94728"/>
<circle cx="256" cy="252" r="158" fill="#24140f"/>
<g fill="none" stroke="#5a3a2d" stroke-width="5"><circle cx="256" cy="252" r="132"/><circle cx="256" cy="252" r="106"/><circle cx="256" cy="252" r="80"/></g>
<circle cx="256" cy="252" r="54" fill="#f1c08a"/><circle cx="256" cy="252" r="11" fill="#24140f"/>
<rect y="318" width="512" height="194" fill="#7d321b"/><rect y="318" width="512" height="10" fill="#94401f"/>
<rect x="186" y="376" width="140" height="40" rx="20" fill="#4a1b0d"/></g></svg>`

/**
 * Makes the icons of the installed app: for the manifest, for iOS, and one that platforms cut into
 * their own shape ("maskable"), so it has no round corners.
 */
export const makeAppIcons = async (folder: string): Promise<void> => {
  const make = async (name: string, corner: number, size: number) => {
    const picture = sharp(Buffer.from(drawing(corner)), { density: 144 }).resize(size, size)
    writeFileSync(join(folder, name), await picture.png({ palette: true }).toBuffer())
  }
  await make('app-192.png', 112, 192)
  await make('app-512.png', 112, 512)
  await make('app-maskable.png', 0, 512)
  await make('app-apple.png', 0, 180)
}
