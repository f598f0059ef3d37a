/** Answers that are refusals, and answers that never come, as errors. */
import { errnoName, KernelError } from '../errors.ts'
import type { Ack } from '../wire/ack.ts'

/** @param path the kernel names on the way to the attribute that `ack` points at, where it points at one */
export function refusal(operation: string, { errno, message }: Ack, path: readonly string[] | undefined): KernelError {
  return new KernelError({
    operation,
    code: errnoName(errno),
    ...(path !== undefined && { attribute: path.join(': ') }),
    ...(message !== undefined && { kernelMessage: message }),
  })
}

/** After an overrun: whether the kernel did as it was asked is not known. */
export function answerLost(operation: string): KernelError {
  const kernelMessage = 'the receive buffer overflowed and the answer may be lost'
  return new KernelError({ operation, code: 'ENOBUFS', kernelMessage })
}
