/** `pex completion`: the script that teaches a shell to complete `pex`, made from the command line's own definition. */
import type { Command } from 'commander'
import { bash } from '../completion/bash.ts'
import { fish } from '../completion/fish.ts'
import { plan } from '../completion/plan.ts'
import type { PlannedCommand } from '../completion/plan.ts'
import { zsh } from '../completion/zsh.ts'

const shells: Readonly<Record<'bash' | 'zsh' | 'fish', (commands: readonly PlannedCommand[]) => string>> = {
  bash,
  zsh,
  fish
}

export async function completion(shell: keyof typeof shells, program: Command): Promise<number> {
  process.stdout.write(shells[shell](plan(program)))
  return 0
}
