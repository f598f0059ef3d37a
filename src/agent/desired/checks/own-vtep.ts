/** Rules on VTEPs that can be nobody else than this host. What only the host's addresses tell is a warning in `status`. */
import { parseIpAddress } from '../../facts/ip-text.ts'
import { pathOf, type VxlanDeclaration } from '../declaration.ts'
import { errorAt, type Finding } from '../finding.ts'
import { entriesOf, placeOfDst, wordsOf } from './forwarding-entry.ts'

/** What leads a vxlan's packets back to the host. With `localbypass: false` a program on the host may be meant to take them. */
export function* checkOwnVtep(link: VxlanDeclaration): Generator<Finding> {
  const { name, spec } = link
  if (spec.localbypass === false) {
    return
  }
  const { remote, local } = spec
  if (remote !== undefined && remote === local) {
    const message = `remote of ${name} is its local address, ${local}: it would send to itself`
    yield errorAt('own-vtep', pathOf(link, 'remote'), 'value', message, 'state the address of another VTEP')
  }
  if (remote !== undefined && isLoopback(remote)) {
    const message = `remote of ${name} is ${remote}, which is this host itself`
    yield errorAt('own-vtep', pathOf(link, 'remote'), 'value', message, 'state the address of another VTEP')
  }
  for (const entry of entriesOf(link)) {
    if (entry.spec.dst !== undefined && isLoopback(entry.spec.dst)) {
      const message = `${wordsOf(entry)} leads to ${entry.spec.dst}, which is this host itself`
      yield errorAt(
        'own-vtep',
        placeOfDst(entry),
        'value',
        message,
        'state the address of another VTEP, or remove the entry',
      )
    }
  }
}

function isLoopback(text: string): boolean {
  // Of 100,000 entries each is looked at.
  if (!text.startsWith('127.') && text !== '::1') {
    return false
  }
  const address = parseIpAddress(text)
  return typeof address !== 'string' && address.kind === 'loopback'
}
