/**
 * The order of the rooms of src (scripts/rooms/rooms.js).
 *
 *     node scripts/rooms.js           says which imports break it; exit code 1 if there are any
 *     node scripts/rooms.js --write   draws the imports from room to room into ARCHITECTURE.md
 *     node scripts/rooms.js --folders prints the imports from folder to folder of src/agent, of any time: run it in a checkout of that time
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { folderPicture } from './rooms/folders.js'
import { readImports } from './rooms/imports.js'
import { violations } from './rooms/order.js'
import { withPicture } from './rooms/picture.js'

const imports = readImports('src')
if (process.argv.includes('--folders')) {
  const ofAgent = [...imports].filter(([path]) => path.startsWith('src/agent/'))
  process.stdout.write(folderPicture(new Map(ofAgent)))
  process.exit()
}
const found = violations(imports)
for (const sentence of found) {
  process.stderr.write(`${sentence}\n`)
}
process.exitCode = found.length === 0 ? 0 : 1
if (process.argv.includes('--write')) {
  writeFileSync('ARCHITECTURE.md', withPicture(readFileSync('ARCHITECTURE.md', 'utf8'), imports))
}
