/** Preloaded into the fleet process (`node --import`): answers each message with its heap in bytes. */
process.on('message', () => process.send?.({ heapUsed: process.memoryUsage().heapUsed }))
// What only measures must not keep the process alive.
process.channel?.unref()
