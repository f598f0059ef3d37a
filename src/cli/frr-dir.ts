/** Where FRR is asked for the routes behind forwarding entries. */
import { readText, type ValueOption } from './options.ts'

export const frrDir: ValueOption<string> = {
  name: 'frr-dir',
  placeholder: 'DIR',
  description: 'where FRR has its vty sockets; they are asked if they are there and this user may',
  variable: 'VXAGENT_FRR_DIR',
  fallback: '/run/frr',
  suggestion: 'directory',
  read: readText,
}
