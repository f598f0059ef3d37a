/** How many times slower than a usual machine this one is: what a test waits for may take so many times longer. */

/** By $VXA_TEST_SLOWNESS; 1 unless stated. Under an emulator 5 or more. */
export const slowness = Number(process.env['VXA_TEST_SLOWNESS'] ?? 1)
