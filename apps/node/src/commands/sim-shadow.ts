/** `pex sim export shadow`: real hosts in a network that the Shadow simulator makes up. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { policies } from '@pex/core'
import { makeDirectory } from '../data-directory.ts'
import { Failure, oneLine } from '../failure.ts'
import { createKeyFile } from '../key-file.ts'
import { printJson, printLine, remark } from '../output.ts'
import { placeFor, write } from '../sim/result-file.ts'
import {
  bootstrapOf,
  configName,
  dataOf,
  graphName,
  shadowHosts,
  shadowYaml,
  templateName
} from '../sim/shadow-export.ts'
import { graphOf } from '../sim/shadow-network.ts'
import { readShadow } from '../sim/shadow-settings.ts'
import type { ShadowOptions } from '../sim/shadow-settings.ts'

export async function exportShadow(options: ShadowOptions): Promise<number> {
  const settings = readShadow(options, Object.keys(policies))
  const out = placeFor(options.out)
  // Of another export nothing may be left: Shadow would take both for one.
  for (const name of [configName, templateName])
    if (existsSync(join(out, name)))
      throw new Failure('PEX_USAGE', `there is ${oneLine(join(out, name))} already`, 'another --out')
  const hosts = await shadowHosts(settings)
  for (const host of hosts) {
    const directory = join(out, dataOf(host))
    makeDirectory(directory)
    createKeyFile(join(directory, 'identity.key'), host.key)
  }
  // The configuration last: where it is, everything is.
  const files = [
    join(out, templateName),
    write(out, graphName, graphOf(settings)),
    write(out, configName, shadowYaml(settings, hosts))
  ]
  const { places } = settings
  if (options.pex === undefined && !existsSync(settings.pex))
    remark(`${settings.pex}, which the hosts are to run, is not there; build it, or say --pex`)
  if (options.json === true)
    printJson({ out, hosts: hosts.length, places, bootstrap: bootstrapOf(hosts), files })
  else {
    printLine(`${hosts.length} hosts in ${places} places; the first one is ${bootstrapOf(hosts)}`)
    for (const file of files) printLine(`wrote ${file}`)
    printLine(`next: shadow ${configName}, in ${out}`)
  }
  return 0
}
