/**
 * The one thing that js-libp2p's compliance suites take from their toolchain: chai with `exist` as a call. It stands in
 * for that toolchain (see `overrides` in pnpm-workspace.yaml), which is far too large to install for one word.
 */
import { chai } from 'vitest'

const { Assertion } = chai
delete Assertion.prototype.exist
Assertion.addMethod('exist', function () {
  this.assert(this._obj !== null && this._obj !== undefined, 'expected a value', 'expected none')
})

export const { expect } = chai
