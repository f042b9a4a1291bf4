/** Inputs that did harm once, as short as they got: `regressions/<target>/<what it was>.bin`. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesOfTargets, load } from './kit/load.ts'
import { faultOf } from './kit/run.ts'

const folder = join(import.meta.dirname, 'regressions')
const targets = readdirSync(folder)

it('are all of targets that there are', () => {
  expect(targets.filter(name => !filesOfTargets().includes(name))).toEqual([])
})

describe.each(targets)('%s', name => {
  it.each(readdirSync(join(folder, name)))('does no harm any more: %s', async file => {
    const input = new Uint8Array(readFileSync(join(folder, name, file)))
    expect(await faultOf(await load(name), input)).toBeUndefined()
  })
})
