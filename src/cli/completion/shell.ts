/** The shells that completion scripts are made for. */
export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

/** The one of them that the path of a shell names; bash when it names another, or there is none. */
export function shellOf(path: string | undefined): Shell {
  const name = path?.split('/').at(-1)
  return shells.find((shell) => shell === name) ?? 'bash'
}
