/** What `vxagent` tells its caller by its exit code: a contract with scripts. */
export const exitCodes = {
  /** Done; `diff`: nothing to do; `status`: converged, and no fault seen; `doctor`: no fault seen; `fleet`: see each command. */
  ok: 0,
  /** Something failed; standard error says what. */
  error: 1,
  /** `diff` and `apply --dry-run`: changes are pending. */
  changesPending: 2,
  /**
   * `status`: not converged, or the daemon is not running; `fleet status`: not live, not published or an error; `fleet check`: a finding; `fleet
   * explain`: the frame dies in one direction; `fleet wait` and `leave`: not in time; `fleet push`, `confirm` and `rollback`: some hosts have not what
   * was pushed, or it stopped; those of `fleet` that show something: no fleet process, or no fleet.
   */
  notConverged: 3,
  /** The desired state is invalid; each error names its file, line and column. */
  invalidDesiredState: 4,
  /** `status`: converged, and a health check found a fault; `doctor`: one found a fault. */
  impaired: 5,
  /** Wrong usage of the command line. */
  usage: 64,
} as const
