/**
 * A process that uses a store until it is killed, and tells in lines of JSON how it goes: `node child.ts <job> <location>`.
 */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { levelStore } from '@pex/store-level'
import type { Recovery } from '@pex/store-level'
import { seeded } from '@pex/testkit/chance'

const [job, location, ...more] = process.argv.slice(2) as [string, string, ...string[]]
const recoveries: string[] = []
const onRecovery = ({ kind }: Recovery): void => void recoveries.push(kind)
const store = levelStore(location, { onRecovery, sync: more.includes('sync') })
/** Resolves when the line is out of this process's hands. */
const say = (line: object): Promise<void> =>
  new Promise(resolve => process.stdout.write(`${JSON.stringify(line)}\n`, () => resolve()))
/** Bytes that LevelDB cannot compress. */
const rubbish = (n: number, bytes: number): Uint8Array => {
  const rng = seeded(n)
  return Uint8Array.from({ length: bytes }, () => rng())
}
const filled = (n: number, bytes: number): Uint8Array => new Uint8Array(bytes).fill(n & 255)

/** Batch n puts `last` and a slot, and removes the slot of ten batches ago: from `last` alone follows all that must be there. */
async function write(): Promise<void> {
  // So that the parent may kill while the store is being opened, too.
  await say({ begins: true })
  await store.open()
  const { entries, damaged } = await store.load('/a')
  const last = entries.get('last')
  let n = last === undefined ? 0 : Number(new TextDecoder().decode(last))
  const slots = Object.fromEntries([...entries].map(([key, value]) => [key, value[0]! | (value.length << 8)]))
  await say({ found: n, slots, damaged, recoveries })
  for (;;) {
    n++
    const put = new Map([
      ['last', new TextEncoder().encode(String(n))],
      [`slot ${n}`, filled(n, 2_048)]
    ])
    await store.save('/a', { put, remove: new Set([`slot ${n - 10}`]) })
    await say({ saved: n })
  }
}

/** Saves 2 KiB under a new key until a save fails; then loads, and saves once more. */
async function fillUp(): Promise<void> {
  await store.open()
  let n = 0
  const save = (): Promise<void> =>
    store.save('/a', { put: new Map([[`key ${n}`, filled(n, 2_048)]]), remove: new Set() })
  for (;;) {
    try {
      await save()
      n++
    } catch (error) {
      await say({ failed: (error as { code?: unknown }).code, saved: n })
      break
    }
  }
  await say({ loaded: (await store.load('/a')).entries.size })
  await save()
  await store.save('/b', { put: new Map([['key', filled(1, 2_048)]]), remove: new Set() })
  await say({ saved: n + 1, recoveries })
  process.kill(process.pid, 'SIGKILL')
}

/** Flips one bit after another, as the parent lists them, in copies of a database, and tells what a store then finds. */
async function flips(): Promise<void> {
  const [sound, file, bits] = more as [string, string, string]
  for (const bit of bits.split(',').map(Number)) {
    await say({ trying: bit })
    rmSync(location, { recursive: true, force: true })
    cpSync(sound, location, { recursive: true })
    const bytes = readFileSync(join(location, file))
    bytes[bit >> 3]! ^= 1 << (bit & 7)
    writeFileSync(join(location, file), bytes)
    recoveries.length = 0
    await store.open()
    const { entries, damaged } = await store.load('/a')
    const wrong = [...entries].filter(([key, value]) => value.some(byte => byte !== (Number(key) & 255)))
    const again = await store.load('/a')
    // What is saved now must be what is loaded then, whatever has become of the entries before it.
    await store.save('/a', {
      put: new Map([...entries.keys()].map(key => [key, filled(7, 3)])),
      remove: new Set()
    })
    await store.close()
    await store.open()
    const renewed = await store.load('/a')
    await store.close()
    const stuck = [...renewed.entries.values()].filter(value => value.length !== 3).length
    await say({
      stuck,
      bit,
      found: entries.size,
      damaged,
      wrong: wrong.length,
      recoveries,
      again: [again.entries.size, again.damaged]
    })
  }
}

const nothing = { put: new Map(), remove: new Set(['nobody']) }

/** On a disk that holds nothing else but a ballast: fills it, throws the ballast out, and goes on. */
async function fullDisk(): Promise<void> {
  const ballast = join(location, '..', 'ballast')
  writeFileSync(ballast, new Uint8Array(1_048_576))
  await store.open()
  let n = 0
  const isRubbish = (n: number, value: Uint8Array): boolean => rubbish(n, 1_024).join() === value.join()
  const save = (): Promise<void> =>
    store.save('/a', { put: new Map([[`key ${n}`, rubbish(n, 1_024)]]), remove: new Set() })
  const codeOf = async (attempt: Promise<unknown>): Promise<unknown> =>
    attempt.then(
      () => undefined,
      (error: { code?: unknown }) => error.code
    )
  let failed: unknown
  while (failed === undefined) if ((failed = await codeOf(save())) === undefined) n++
  await say({ failed, saved: n, again: await codeOf(save()), loaded: (await store.load('/a')).entries.size })
  await store.close()
  const reopened = await codeOf(store.open())
  await store.close()
  const patient = levelStore(location, { onRecovery, whenFull: 'wait' })
  await patient.open()
  const waits = [await codeOf(patient.load('/a')), await codeOf(patient.save('/a', nothing))]
  rmSync(ballast)
  waits.push(await codeOf(patient.load('/a')))
  await patient.close()
  await say({ reopened, waits })
  await store.open()
  const { entries, damaged } = await store.load('/a')
  const wrong = [...entries].filter(([key, value]) => !isRubbish(Number(key.slice(4)), value)).length
  await say({ found: entries.size, damaged, wrong, recoveries, last: await codeOf(save()) })
  await store.close()
  await store.open()
  await say({ end: (await store.load('/a')).entries.size })
  await store.close()
}

/** Opens a store, saves and loads, and closes it. */
async function visit(): Promise<void> {
  await store.open()
  await store.save('/a', { put: new Map([['new', filled(1, 3)]]), remove: new Set() })
  await say({ found: (await store.load('/a')).entries.size, recoveries })
  await store.close()
}

/** Opens the store and holds it until it is killed. */
async function hold(): Promise<void> {
  await store.open()
  await say({ open: true })
  setInterval(() => {}, 1_000_000)
}

await ({ write, fillUp, fullDisk, flips, visit, hold } as Record<string, () => Promise<void>>)[job]!()
