import { runPart } from './suite.ts'

runPart(2)
