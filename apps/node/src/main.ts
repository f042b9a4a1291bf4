#!/usr/bin/env node
/**
 * The `pex` command. Nothing is loaded before Node itself has been looked at: on an old one libp2p would start and break
 * later, in the middle of its work.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 12)) {
  process.stderr.write(`pex: Node.js ${process.versions.node} is too old; try Node.js 22.12 or newer\n`)
  process.exitCode = 1
} else {
  const { run } = await import('./cli/program.ts')
  process.exitCode = await run(process.argv.slice(2))
  // Whatever still keeps the process alive is not worth waiting for: the command has done what was asked.
  setTimeout(() => process.exit(), 1_000).unref()
}

export {}
