/**
 * What the store needs of its platform, in browsers (package.json maps `platform.ts` to this file). IndexedDB keeps its own
 * house: there is no directory to look into, nothing to repair and nothing to move; but tabs share a database, so that a lock
 * has to be taken.
 */
import type { Platform } from './platform.ts'

/** The part of the Web Locks API that is used here. */
interface Locks {
  request(
    name: string,
    options: { ifAvailable: true },
    callback: (lock: object | null) => Promise<void> | undefined
  ): Promise<unknown>
}

export const platform: Platform = {
  recovers: false,

  /** Holds a Web Lock until the returned function is called; without the API (an insecure page) every tab is let in. */
  async lock(location) {
    const { locks } = navigator as unknown as { locks?: Locks }
    if (locks === undefined) return () => {}
    return new Promise((resolve, reject) => {
      const held = locks.request(`pex-store ${location}`, { ifAvailable: true }, lock => {
        if (lock !== null) return new Promise<void>(release => resolve(release))
        resolve(undefined)
        return undefined
      })
      held.catch(reject)
    })
  },

  isLocked() {
    return false
  },

  isDamage() {
    return false
  },

  isFull() {
    return false
  },

  async begin() {
    return 0
  },

  async end() {},

  async inspect() {
    return 'empty'
  },

  async checkDisk() {},

  async checkLock() {},

  async repair() {},

  async withCopy(location, use) {
    return use(location)
  },

  async setAside(location) {
    return location
  }
}
