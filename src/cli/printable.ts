/** Text from the kernel or from a file, fit for a terminal: control characters are made visible, `\u{1b}` for ESC. */
export { visible as printable } from '../agent/desired/visible.ts'
