/** Whether a link may be replaced where the kernel cannot change it. */

/** The words of `replace`, in a file and as an option. */
export const replacePolicies = ['always', 'lossless', 'never'] as const

/**
 * `always`: whatever it takes along. `lossless`: unless something that others put on it would be lost. `never`: the link keeps what
 * the kernel cannot change.
 */
export type ReplacePolicy = (typeof replacePolicies)[number]
