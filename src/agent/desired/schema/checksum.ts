/** The checksums of a vxlan's packets. */
import { flag } from '../values.ts'
import { inKernel } from './kernel-attribute.ts'

/** Keys of a vxlan. */
export const checksumKeys = {
  udpcsum: flag()
    .exactOptional()
    .meta({
      description: 'Fill in the UDP checksum of what is sent over IPv4. Kernel default: true.',
      examples: [false],
    })
    .register(inKernel, { attribute: 'udpCsum', fallback: true, isLive: false }),
  udp6zerocsumtx: flag()
    .exactOptional()
    .meta({
      description:
        'Send without a UDP checksum over IPv6. Can drop frames: a VTEP without `udp6zerocsumrx` drops the packets. That cannot be seen from this end. Kernel default: false.',
      examples: [true],
    })
    .register(inKernel, { attribute: 'udpZeroCsum6Tx', fallback: false, isLive: false }),
  udp6zerocsumrx: flag()
    .exactOptional()
    .meta({
      description:
        'Accept IPv6 packets without a UDP checksum. The same on every link of one family and `dstport`, which share a socket. Kernel default: false.',
      examples: [true],
    })
    .register(inKernel, { attribute: 'udpZeroCsum6Rx', fallback: false, isLive: false }),
  remcsumtx: flag()
    .exactOptional()
    .meta({
      description:
        'Remote checksum offload for what is sent. Can drop frames: a VTEP without `remcsumrx` drops the packets. That cannot be seen from this end. Kernel default: false.',
      examples: [true],
    })
    .register(inKernel, { attribute: 'remcsumTx', fallback: false, isLive: false }),
  remcsumrx: flag()
    .exactOptional()
    .meta({
      description:
        'Remote checksum offload for what is received. The same on every link of one family and `dstport`, which share a socket. Kernel default: false.',
      examples: [true],
    })
    .register(inKernel, { attribute: 'remcsumRx', fallback: false, isLive: false }),
  remcsumnopartial: flag()
    .exactOptional()
    .meta({
      description: 'Remote checksum offload for whole packets only. Kernel default: false.',
      examples: [true],
    })
    .register(inKernel, { attribute: 'remcsumNopartial', fallback: false, isLive: false }),
}
