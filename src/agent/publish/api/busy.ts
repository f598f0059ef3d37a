/** A request that is refused for what its user, or all users together, take up at present. */
import { retryAfterSeconds } from './limits.ts'

/** 429: this user has all that one user gets; 503: all users together have all there is. */
export class Busy extends Error {
  override readonly name = 'Busy'

  constructor(
    readonly status: 429 | 503,
    message: string,
  ) {
    super(message)
  }

  /** The headers that go with the answer. Source: RFC 9110 §10.2.3. */
  get headers(): Readonly<Record<string, string>> {
    return { 'retry-after': `${retryAfterSeconds}` }
  }
}
