import { report, compareReport, summary, summaryOfTwo } from './src/report/index.ts'
import { fixture, figuresOfRound } from './test/report-fixture.ts'
import { writeFileSync } from 'node:fs'
const a = fixture(), b = fixture({ policy: 'cyclon', inDegreeHistogram: a.inDegreeHistogram.map((n,i)=>i>=28&&i<=36? Math.round(n*3)+5:i>20&&i<40?Math.round(n/3):0), series: a.series.map(r=>figuresOfRound(r.round,1.8)) })
writeFileSync('/tmp/h1-one.html', report(a)); writeFileSync('/tmp/h1-two.html', compareReport(a,b))
writeFileSync('/tmp/h1-steady.html', report(fixture({scenario:'steady',attackerShareWorst:0,series:a.series.filter(r=>r.round>0).map(r=>({...r,deadLinks:0,attackerShare:0,eclipsed:0,outside:0,crossLinks:.5}))})))
console.log(summary(a)); console.log(); console.log(summaryOfTwo(a,b))
