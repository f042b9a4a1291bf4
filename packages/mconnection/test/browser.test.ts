/** What a bundler makes of the package for browsers: nothing of Node in it, and it speaks to Node's half. */
import { join } from 'node:path'
import { virtualClock } from '@pex/testkit'
import { build } from 'vite'
import type { Rollup } from 'vite'
import { expect, it } from 'vitest'
import * as here from '../src/index.ts'
import { ascii } from './kit.ts'

const dir = join(import.meta.dirname, '..')

it('the bundle for browsers has no module of Node, and its handshake succeeds with Node', async () => {
  const [bundle] = (await build({
    configFile: false,
    logLevel: 'error',
    root: dir,
    resolve: { conditions: ['@pex/source', 'browser', 'module'] },
    build: { write: false, lib: { entry: join(dir, 'src', 'index.ts'), formats: ['es'] } }
  })) as Rollup.RollupOutput[]
  const { code, imports } = bundle!.output[0]
  expect(imports).toEqual([])
  expect(code).not.toContain('node:crypto')

  const url = `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`
  const there = (await import(/* @vite-ignore */ url)) as typeof here
  expect(there.secretConnection).not.toBe(here.secretConnection)
  const [a, b] = here.duplexPair()
  const clock = virtualClock()
  const key = there.nodeKey()
  const [left, right] = await Promise.all([
    there.secretConnection(a, { key, clock }),
    here.secretConnection(b, { key: here.nodeKey(), clock })
  ])
  expect(right.remoteId).toBe(there.nodeIdOf(key.publicKey))
  await left.write(ascii('from a browser'))
  for await (const chunk of right.source) {
    expect(new TextDecoder().decode(chunk)).toBe('from a browser')
    break
  }
})
