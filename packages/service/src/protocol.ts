/** The names under which peers find each other. */
import { limits, PexError } from '@pex/core'
import { native } from '@pex/wire'

/** The protocol of a namespace on our own wire: whoever has not joined it does not even speak it. */
export function protocolOf(namespace: string): string {
  return native.protocolOf(namespace)
}

/** Throws `PEX_INVALID_PARAMETER` for a name that no peer would accept. */
export function checkNamespace(namespace: string): void {
  const bytes = new TextEncoder().encode(namespace).length
  if (bytes === 0 || bytes > limits.maxNamespaceBytes)
    throw new PexError(
      'PEX_INVALID_PARAMETER',
      `the namespace "${namespace}" has ${bytes} bytes; give it 1 to ${limits.maxNamespaceBytes}`
    )
  // What cannot be seen would make two names look alike in logs and commands.
  if (/[\p{Cc}\p{Cf}\p{Z}]/u.test(namespace))
    throw new PexError(
      'PEX_INVALID_PARAMETER',
      `the namespace "${namespace}" has blanks or invisible characters; leave them out`
    )
}
