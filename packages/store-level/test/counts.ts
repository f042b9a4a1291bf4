/** How much the tests of crash and rot try: few in `npm test`, all of it with `PEX_STORE_FULL=1`. README.md has the table. */
export const full: boolean = process.env['PEX_STORE_FULL'] === '1'

/** The count for a usual run, or that for a full one. */
export const count = (usual: number, all: number): number => (full ? all : usual)

/**
 * How long a test may take that does so many steps: a bound on hanging, and never what the test waits for. A child process
 * that starts on a machine with other work takes seconds.
 */
export const timeoutFor = (steps: number, msEach: number): number => 60_000 + steps * msEach
