import { runPart } from './suite.ts'

runPart(1)
