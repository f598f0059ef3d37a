/** Why the agent, or a command, cannot start its work: a sentence for a person, which says what to do. */
export class StartupError extends Error {
  override readonly name = 'StartupError'
}
