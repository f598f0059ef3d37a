/** Which keys a desired object states, as the record keeps them. */
import type { DesiredLink } from './overlay.ts'
import type { PortSpec } from './schema.ts'

/** Every key of a link: `ttl`, `addresses`, and of nested ones `port.learning` and `sysctl.ipv4.arp_accept`. */
export function statedKeys({ spec, port }: DesiredLink): string[] {
  const { sysctl, ...rest } = spec
  const keys = Object.keys(rest).filter((key) => key !== 'port' && key !== 'ports')
  const sysctls = (['ipv4', 'ipv6'] as const).flatMap((family) =>
    Object.keys(sysctl?.[family] ?? {}).map((name) => `sysctl.${family}.${name}`),
  )
  return [...keys, ...sysctls, ...(port === undefined ? [] : statedPortKeys(port.spec))]
}

/** Every key of a port: `port.learning`. */
export function statedPortKeys(spec: PortSpec): string[] {
  return Object.keys(spec).map((key) => `port.${key}`)
}
