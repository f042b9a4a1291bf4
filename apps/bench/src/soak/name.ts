/** The name of the soak's section in docs/benchmarks.md, which is written by another program than the others. */
export const NAME = 'soak'
