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
 * Resident memory of the daemon, or of another process, in MB.
 * @typedef {object} Memory
 * @property {string} job
 * @property {number | undefined} now some time after the job; undefined for a process that ends with it
 * @property {number} peak since its start
 */

/**
 * A vxlan that learned from a burst of frames, as the daemon and its readers took it.
 * @typedef {object} Learning
 * @property {number} learned entries that the kernel has in the end
 * @property {number} seconds in which the frames were sent
 * @property {number} seen events that a reader got
 * @property {number} missed events that it was told to have missed
 * @property {number} overruns of the daemon's receive buffer
 * @property {number} table entries that the daemon has in the end
 * @property {readonly number[]} scrapes how long each scrape of /metrics took meanwhile, in seconds
 * @property {readonly number[]} full the same afterwards, with all entries there
 * @property {number} slowSeen events that a reader got who began to read when all was over
 * @property {number} slowMissed events that it was told to have missed
 * @property {{ before: number, during: number }} memory of the daemon, in MB
 */

/**
 * How long the daemon's event loop stood still under a load.
 * @typedef {object} Silence
 * @property {string} load
 * @property {number} seconds that it took in all
 * @property {number} wallMs the longest silence, on the clock
 * @property {number} ownMs the longest silence without the time in which the daemon waited for a processor
 */

/**
 * How long it took until something was so in a kernel, each time; in seconds.
 * @typedef {object} Latency
 * @property {string} job
 * @property {readonly number[]} ours
 * @property {{ readonly name: string, readonly times: readonly number[] }} [peer] the same job, sampled by turns
 * @property {number} load of the machine when the samples began: the average of a minute
 */

/**
 * What a process cost while something went on.
 * @typedef {object} Cost
 * @property {string} state what went on
 * @property {string} process
 * @property {number} seconds for which it went on
 * @property {number} cpuSeconds processor time meanwhile
 * @property {number} memory resident in the end, in MB
 * @property {number} [heap] of JavaScript, in the end, in MB
 */

/**
 * @typedef {object} Result
 * @property {readonly Comparison[]} comparisons
 * @property {readonly Burst[]} bursts
 * @property {readonly Memory[]} [memories]
 * @property {readonly Learning[]} [learnings]
 * @property {readonly Silence[]} [silences]
 * @property {readonly Latency[]} [latencies]
 * @property {readonly Cost[]} [costs]
 */

export {}
