/** How the report looks: in light and in dark, on paper, and from a phone's width on. */

export const style: string = `
:root {
  color-scheme: light dark;
  --ground: #f6f6f3; --card: #ffffff; --ink: #1c2126; --quiet: #5b646d; --line: #e3e3dd; --grid: #ecece7;
  --a: #1f6fd6; --b: #c2570c; --random: #6b737b; --calm: #00000009; --bar: #6ba1e8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #121518; --card: #1a1e23; --ink: #e7eaed; --quiet: #9aa4ae; --line: #2b3138; --grid: #272d34;
    --a: #6fb0ff; --b: #ff9d5c; --random: #a7b0b9; --calm: #ffffff0a; --bar: #3f77bd;
  }
}
* { box-sizing: border-box }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
}
main, header, footer { max-width: 1240px; margin: 0 auto; padding: 0 16px }
header { padding-top: 36px }
h1 { font-size: clamp(1.5rem, 4vw, 2.1rem); line-height: 1.2; margin: 0; letter-spacing: -.015em; overflow-wrap: anywhere }
h1 small { font-weight: 400; color: var(--quiet); font-size: .62em; letter-spacing: 0 }
h2 { font-size: 1.1rem; margin: 36px 0 12px }
h3 { font-size: 1rem; margin: 0 }
p { margin: 0 }
header p { color: var(--quiet); margin-top: 6px }
.key { display: inline-block; width: .8em; height: .8em; border-radius: 3px; margin-right: .4em; vertical-align: -.05em }
.key.a { background: var(--a) } .key.b { background: var(--b) }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(46%, 148px), 1fr)); gap: 12px; margin: 24px 0 0; padding: 0; list-style: none }
.tiles li, .card, .panel { background: var(--card); border: 1px solid var(--line); border-radius: 12px }
.tiles li { padding: 12px 14px }
.tiles li > span { display: block; color: var(--quiet); font-size: .82rem }
.tiles strong { display: block; font-size: 1.45rem; line-height: 1.3; font-weight: 650; font-variant-numeric: tabular-nums; letter-spacing: -.01em }
.tiles .two strong { font-size: 1.12rem }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 360px), 1fr)); gap: 16px; align-items: start }
.card { margin: 0; padding: 14px 12px 10px; min-width: 0 }
.card figcaption { padding: 0 4px 6px; min-height: 80px }
.card figcaption p { color: var(--quiet); font-size: .86rem }
.card > svg { display: block; width: 100%; height: auto }
svg text { font: 11px system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif; fill: var(--quiet); font-variant-numeric: tabular-nums }
svg .note { font-size: 12px }
.axes line { stroke: var(--grid) } .axes .tick { stroke: var(--quiet) }
.curve { fill: none; stroke: var(--a); stroke-width: 2; stroke-linejoin: round; stroke-linecap: round }
.curve.b { stroke: var(--b); stroke-dasharray: 7 3.5; stroke-linecap: butt }
.curve.c { stroke: var(--b) }
.curve.d { stroke: var(--random); stroke-dasharray: 7 3.5; stroke-linecap: butt }
.curve.random { stroke: var(--random); stroke-dasharray: .1 4.2; stroke-width: 2.2 }
.curve.random1 { stroke-dasharray: .1 7 }
.curve.bars { stroke: var(--bar); stroke-width: 7; stroke-linecap: butt }
.dot { fill: var(--a) } .dot.b, .dot.c { fill: var(--b) } .dot.d, .dot.random { fill: var(--random) }
.bars rect { fill: var(--bar) } .bars rect:hover { fill: var(--a) }
.calm { fill: var(--calm) } .event { stroke: var(--quiet); stroke-dasharray: 3 3 }
.tips rect { fill: transparent } .tips rect:hover { fill: var(--calm) }
.legend { display: flex; flex-wrap: wrap; gap: 2px 14px; margin: 4px 0 0; padding: 0; list-style: none; font-size: .8rem; color: var(--quiet) }
.legend svg { margin-right: 6px; vertical-align: 1px }
details { margin: 4px 4px 0; font-size: .84rem }
summary { cursor: pointer; color: var(--quiet); width: fit-content } summary:hover { color: var(--ink) }
:focus-visible { outline: 2px solid var(--a); outline-offset: 2px }
.scroll { max-height: 260px; overflow: auto; margin-top: 6px }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: right; padding: 4px 8px; border-bottom: 1px solid var(--line); font-weight: 400 }
th:first-child, .about { text-align: left }
thead th { color: var(--quiet); font-size: .84rem; vertical-align: bottom }
.scroll thead th { position: sticky; top: 0; background: var(--card) }
.panel { padding: 6px 10px; overflow-x: auto } .panel tr:last-child > * { border-bottom: 0 }
.panel td, .panel tbody th { white-space: nowrap } .panel .about { color: var(--quiet); font-size: .86rem; white-space: normal; min-width: 16em }
footer { color: var(--quiet); font-size: .84rem; padding-top: 24px; padding-bottom: 48px }
footer p + p { margin-top: 6px }
code { font: .92em ui-monospace, 'SF Mono', Menlo, Consolas, monospace; overflow-wrap: anywhere }
@media (max-width: 640px) { .panel .about { display: none } .panel tbody th { white-space: normal } .card figcaption { min-height: 0 } }
@media print { :root { --ground: #fff } .card { break-inside: avoid } .tips, details { display: none } }
`
