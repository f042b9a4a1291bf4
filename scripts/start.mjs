// `npm start`: with no arguments the demo, with arguments that `pex` command. It runs in this very process, so exit codes
// and the terminal's signals need no forwarding.
import { fileURLToPath } from 'node:url'

// A signal that is sent to npm ends npm and the shell between, and never reaches us: being left alone is that signal.
// (package.json names the real Node binary because the shim that stands for it would be one more shell between.)
const parent = process.ppid
const watch = setInterval(() => {
  if (process.ppid === parent) return
  clearInterval(watch)
  process.kill(process.pid, 'SIGTERM')
}, 200)
watch.unref()

const main = new URL('../apps/node/src/main.ts', import.meta.url)
const args = process.argv.slice(2)
process.argv = [process.execPath, fileURLToPath(main), ...(args.length > 0 ? args : ['demo'])]
await import(main.href)
