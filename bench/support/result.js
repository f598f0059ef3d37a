/** What a bench finds. */

/**
 * The same job done by us and by a peer, each as often; in seconds.
 * @typedef {object} Comparison
 * @property {string} job
 * @property {readonly number[]} ours
 * @property {string} peerName
 * @property {readonly number[]} peer
 */

/**
 * A burst of events as one listener took it.
 * @typedef {object} Burst
 * @property {string} listener
 * @property {number} sent
 * @property {number | undefined} received undefined when the listener's process ended
 * @property {number | undefined} seconds from the first event to the last
 * @property {number | undefined} overruns undefined where the listener cannot tell
 * @property {number | undefined} next how many of the next 100 events it received
 * @property {{ seconds: number } | undefined} heal the dump after lost events
 * @property {boolean | undefined} isTrue whether the table is the kernel's in the end
 * @property {string | undefined} end how the listener's process ended
 */

/**
 * The resident memory of the daemon, in MB.
 * @typedef {object} Memory
 * @property {string} job
 * @property {number} now some time after the job
 * @property {number} peak since its start
 */

/**
 * @typedef {object} Result
 * @property {readonly Comparison[]} comparisons
 * @property {readonly Burst[]} bursts
 * @property {readonly Memory[]} [memories]
 */

export {}
