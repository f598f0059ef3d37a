/** Classic BPF, for socket filters: datagrams that the kernel does not even queue. Filters of system calls are written in it as well. Source: linux/filter.h, linux/bpf_common.h. */
import { endianness } from 'node:os'

/** struct sock_filter: what to do, how many instructions to pass over if true and if false, and an operand. */
export type FilterInstruction = readonly [code: number, jumpTrue: number, jumpFalse: number, operand: number]

export const LOAD_BYTE = 0x30 // BPF_LD | BPF_B | BPF_ABS
export const LOAD_WORD = 0x20 // BPF_LD | BPF_W | BPF_ABS
export const LOAD_HALF = 0x28 // BPF_LD | BPF_H | BPF_ABS
export const JUMP_IF_EQUAL = 0x15 // BPF_JMP | BPF_JEQ | BPF_K
export const JUMP_IF_AT_LEAST = 0x35 // BPF_JMP | BPF_JGE | BPF_K
export const JUMP_IF_ANY_BIT = 0x45 // BPF_JMP | BPF_JSET | BPF_K
export const RETURN = 0x06 // BPF_RET | BPF_K

/** How many bytes of the datagram are taken. */
export const dropIt = 0
export const takeItWhole = 0xffff_ffff

const sizeOfSockFilter = 8

/** Filters load in network byte order what netlink has in the host's: the operand that stands for a u16. */
export function half(value: number): number {
  return endianness() === 'LE' ? ((value & 0xff) << 8) | (value >> 8) : value
}

/** As {@link half}, for a u32. */
export function word(value: number): number {
  return endianness() === 'LE' ? ((half(value & 0xffff) << 16) | half(value >>> 16)) >>> 0 : value
}

/** A program as the kernel takes it. */
export function assemble(program: readonly FilterInstruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * sizeOfSockFilter)
  const isLittle = endianness() === 'LE'
  for (const [index, [code, jumpTrue, jumpFalse, operand]] of program.entries()) {
    const at = index * sizeOfSockFilter
    if (isLittle) {
      bytes.writeUInt16LE(code, at)
      bytes.writeUInt32LE(operand, at + 4)
    } else {
      bytes.writeUInt16BE(code, at)
      bytes.writeUInt32BE(operand, at + 4)
    }
    bytes.writeUInt8(jumpTrue, at + 2)
    bytes.writeUInt8(jumpFalse, at + 3)
  }
  return bytes
}
