/**
 * A UDP socket that sends and hears by one device only, and whose packets this host does not cut up: what does not fit the device is
 * refused, and a path MTU that the kernel has learned does not count. None of it takes a capability (SO_BINDTODEVICE: since Linux 5.7).
 * Sources: sock_setsockopt(), net/core/sock.c; IPV6_PMTUDISC_PROBE in ipv6(7) and net/ipv6/ip6_output.c; ip(7).
 */
import { closeSync } from 'node:fs'
import { isIPv4 } from 'node:net'
import { endianness } from 'node:os'
import { getSystemErrorName } from 'node:util'
import ipaddr from 'ipaddr.js'
import { bindSocket, openUdpSocket, setSocketOption } from './libc.ts'

const AF_INET = 2
const AF_INET6 = 10
const SOL_SOCKET = 1
const SO_BINDTODEVICE = 25
const IPPROTO_IP = 0
const IPPROTO_IPV6 = 41
const IP_MTU_DISCOVER = 10
const IPV6_MTU_DISCOVER = 23
const IPV6_V6ONLY = 26
const PMTUDISC_PROBE = 3

/** A socket cannot be had: what was being done, and what the kernel said. */
export class NoDeviceSocket extends Error {
  override readonly name = 'NoDeviceSocket'
}

/** A file descriptor, bound. `port` 0: one that the kernel chooses. Throws NoDeviceSocket. */
export function openDeviceSocket(device: string, address: string, port: number): number {
  const isV4 = isIPv4(address)
  const fd = need(openUdpSocket(isV4 ? AF_INET : AF_INET6), 'open a UDP socket')
  try {
    const name = Buffer.from(`${device}\0`)
    need(setSocketOption(fd, SOL_SOCKET, SO_BINDTODEVICE, name), `bind a UDP socket to ${device}`)
    const [level, discovery] = isV4 ? [IPPROTO_IP, IP_MTU_DISCOVER] : [IPPROTO_IPV6, IPV6_MTU_DISCOVER]
    need(setSocketOption(fd, level, discovery, int(PMTUDISC_PROBE)), 'have what a UDP socket sends left whole')
    if (!isV4) {
      need(setSocketOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, int(1)), 'limit a UDP socket to IPv6')
    }
    need(bindSocket(fd, socketAddress(address, port)), `bind a UDP socket on ${device} to ${address} port ${port}`)
  } catch (error) {
    closeSync(fd)
    throw error
  }
  return fd
}

function need(result: number, operation: string): number {
  if (result < 0) {
    throw new NoDeviceSocket(`cannot ${operation}: ${getSystemErrorName(result)}`)
  }
  return result
}

function int(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer)
}

/** struct sockaddr_in or sockaddr_in6, without a zone: the device is the socket's own. */
function socketAddress(address: string, port: number): Buffer {
  const isV4 = isIPv4(address)
  const bytes = Buffer.alloc(isV4 ? 16 : 28)
  const family = isV4 ? AF_INET : AF_INET6
  // The family is in the order of the host, the port in that of the network.
  if (endianness() === 'LE') {
    bytes.writeUInt16LE(family, 0)
  } else {
    bytes.writeUInt16BE(family, 0)
  }
  bytes.writeUInt16BE(port, 2)
  bytes.set(ipaddr.parse(address).toByteArray(), isV4 ? 4 : 8)
  return bytes
}
