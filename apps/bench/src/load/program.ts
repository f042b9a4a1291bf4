/** A child process of a load: what is attacked, or what attacks. */
import { flood } from './flood.ts'
import type { FloodJob, FloodLook } from './flood.ts'
import { target } from './target.ts'
import type { TargetJob, TargetLook, TargetTold } from './target.ts'
import { trickle } from './trickle.ts'
import type { TrickleJob, TrickleLook } from './trickle.ts'

/** What each part is given, tells when it is ready, and answers. All of it travels as JSON. */
export interface Roles {
  target: { job: TargetJob; told: TargetTold; look: TargetLook }
  flood: { job: FloodJob; told: object; look: FloodLook }
  trickle: { job: TrickleJob; told: object; look: TrickleLook }
}

/** A part at work. */
export interface Opened<Role extends keyof Roles> {
  readonly told: Roles[Role]['told']
  look(): Roles[Role]['look']
}

const roles: { [Role in keyof Roles]: (job: Roles[Role]['job']) => Promise<Opened<Role>> } = {
  target,
  flood,
  trickle
}

async function open<Role extends keyof Roles>(role: Role, job: string): Promise<void> {
  const opened = await roles[role](JSON.parse(job) as Roles[Role]['job'])
  process.on('message', () => process.send?.(opened.look()))
  process.on('disconnect', () => process.exit())
  process.send?.(opened.told)
}

await open(process.argv[2] as keyof Roles, process.argv[3]!)
