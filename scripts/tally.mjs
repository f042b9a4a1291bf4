// The last line of .ci/run, from the reports in a folder: `check.json` of `npm run check`, `test.json` of the test
// runner, and for every section a file with its exit status. Fails when anything did.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = process.argv[2]
let passed = 0
let failed = 0

/** A report's counts; a section that left none, or that failed without a failure in its report, is itself one failure. */
function count(section, read) {
  const status = Number(readFileSync(join(folder, section), 'utf8'))
  let counts = { passed: 0, failed: 0 }
  try {
    counts = read(JSON.parse(readFileSync(join(folder, `${section}.json`), 'utf8')))
  } catch {
    counts = { passed: 0, failed: 1 }
  }
  passed += counts.passed
  failed += counts.failed === 0 && status !== 0 ? 1 : counts.failed
}

/** A test file that does not load holds no failed test, and is one. */
function tests({ numPassedTests, numFailedTests, testResults }) {
  const broken = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && assertionResults.every(test => test.status !== 'failed')
  )
  return { passed: numPassedTests, failed: numFailedTests + broken.length }
}

for (const section of readdirSync(folder).filter(name => !name.endsWith('.json'))) {
  if (section === 'check') count(section, report => report)
  else if (section === 'test') count(section, tests)
  else if (readFileSync(join(folder, section), 'utf8').trim() === '0') passed++
  else failed++
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
