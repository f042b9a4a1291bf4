/** How the page looks: in light and in dark, from a phone's width on; the colours are those of the simulator's report. */
export const style: string = `
:root {
  color-scheme: light dark;
  --ground: #f6f6f3; --card: #ffffff; --ink: #1c2126; --quiet: #5b646d; --line: #e3e3dd; --grid: #ecece7;
  --a: #1f6fd6; --b: #b84e06; --c: #6b737b; --soft: #1f6fd61f; --good: #1d7f4e; --bar: #8db6ec; --edge: #1c212633;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #121518; --card: #1a1e23; --ink: #e7eaed; --quiet: #9aa4ae; --line: #2b3138; --grid: #272d34;
    --a: #6fb0ff; --b: #ff9d5c; --c: #a7b0b9; --soft: #6fb0ff26; --good: #58c48d; --bar: #3f77bd; --edge: #e7eaed2e;
  }
}
* { box-sizing: border-box }
html { scrollbar-gutter: stable }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
}
main, header, footer { max-width: 1280px; margin: 0 auto; padding: 0 20px }
main:focus { outline: none }
header { padding-top: 24px }
h1, h2, p { margin: 0 }
a { color: var(--a); text-underline-offset: 2px }
:focus-visible { outline: 2px solid var(--a); outline-offset: 2px; border-radius: 4px }
.title { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 4px 20px }
h1 { font-size: 1.6rem; line-height: 1.2; letter-spacing: -.015em; display: flex; align-items: center; gap: 10px; min-width: 0 }
h1 span { font-weight: 400; color: var(--quiet); overflow-wrap: anywhere; letter-spacing: 0; font-size: .72em }
header > p { color: var(--quiet); margin-top: 6px; overflow-wrap: anywhere; font-size: .92rem }
.link { display: flex; align-items: center; gap: 8px; color: var(--quiet); font-size: .9rem }
.lamp { width: .62em; height: .62em; border-radius: 50%; background: var(--good) }
.waiting .lamp { background: transparent; border: 2px solid var(--quiet) }
.lost .lamp { background: var(--b); border-radius: 2px }
.controls { display: flex; flex-wrap: wrap; gap: 10px 20px; align-items: center; margin-top: 14px; font-size: .92rem; color: var(--quiet) }
.controls:empty { display: none }
select, input, button { font: inherit; color: inherit }
select, input { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 5px 10px }
fieldset { border: 0; margin: 0; padding: 0; display: flex; gap: 2px; min-width: 0; background: var(--grid); border-radius: 8px; padding: 2px; width: fit-content; font-size: .8rem }
fieldset legend, .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
fieldset label { padding: 2px 10px; border-radius: 6px; color: var(--quiet); cursor: pointer; position: relative }
fieldset input { position: absolute; inset: 0; opacity: 0; margin: 0; cursor: pointer; width: 100%; height: 100% }
fieldset label:has(:checked) { background: var(--card); color: var(--ink) }
fieldset label:has(:focus-visible) { outline: 2px solid var(--a); outline-offset: 1px }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(46%, 150px), 1fr)); gap: 12px; margin: 20px 0 0; padding: 0; list-style: none }
.tiles li, .card { background: var(--card); border: 1px solid var(--line); border-radius: 12px }
.tiles li { padding: 12px 14px; min-width: 0 }
.tiles span { display: block; color: var(--quiet); font-size: .82rem }
.tiles strong { display: block; font-size: 1.5rem; line-height: 1.3; font-weight: 650; font-variant-numeric: tabular-nums; letter-spacing: -.01em; white-space: nowrap }
.tiles .bad strong { color: var(--b) }
.grid { display: grid; grid-template-columns: repeat(12, minmax(0, 1fr)); gap: 16px; margin-top: 16px; align-items: stretch }
.grid > * { grid-column: span 4; min-width: 0 }
.grid > .quarter { grid-column: span 3 } .grid > .half { grid-column: span 6 } .grid > .wide { grid-column: span 8 } .grid > .full { grid-column: 1 / -1 }
.card { padding: 14px 16px 12px; display: flex; flex-direction: column; gap: 8px }
.card > header { max-width: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 2px 12px; align-items: start; justify-content: space-between }
h2 { font-size: 1rem; line-height: 1.35 }
.card > header p { color: var(--quiet); font-size: .84rem; flex-basis: 100% ; margin: 0 }
.plot { display: block; width: 100%; height: 190px; overflow: visible }
svg text { font: 11px system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif; fill: var(--quiet); font-variant-numeric: tabular-nums }
.axes line { stroke: var(--grid) } .axes .zero { stroke: var(--line) }
.curve { fill: none; stroke: var(--a); stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; vector-effect: non-scaling-stroke }
.curve.b { stroke: var(--b); stroke-dasharray: 6 3; stroke-linecap: butt } .curve.c { stroke: var(--c); stroke-width: 1.6 }
.bars rect { fill: var(--bar) } .bars rect:hover { fill: var(--a) }
.legend { display: flex; flex-wrap: wrap; gap: 2px 14px; margin: 0; padding: 0; list-style: none; font-size: .8rem; color: var(--quiet) }
.legend li { display: flex; align-items: center; gap: 6px } .legend svg { width: 24px; height: 8px }
.legend b { color: var(--ink); font-weight: 600; font-variant-numeric: tabular-nums }
.legend i { width: .72em; height: .72em; border-radius: 50%; background: var(--c) } .legend i.self { background: var(--ink) }
.legend i.both { background: var(--a) } .legend i.view { background: var(--bar) } .legend i.caller { background: transparent; border: 2px solid var(--c) }
.legend i.down { background: transparent; border: 2px solid var(--b) }
details { font-size: .84rem; margin-top: auto } summary { cursor: pointer; color: var(--quiet); width: fit-content; border-radius: 4px }
summary:hover { color: var(--ink) }
.scroll { overflow: auto; max-height: 360px; margin: 0 -6px; padding: 0 6px } .full .scroll { max-height: 480px } #news .scroll { flex: 1 1 0; min-height: 300px; max-height: none } details .scroll { max-height: 220px; margin-top: 6px }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .9rem }
th, td { text-align: left; padding: 5px 18px 5px 0; border-bottom: 1px solid var(--line); font-weight: 400; vertical-align: baseline }
 tbody tr:last-child > * { border-bottom: 0 }
thead th { color: var(--quiet); font-size: .82rem; position: sticky; top: 0; background: var(--card); white-space: nowrap; z-index: 1 }
.number { text-align: right; padding-right: 22px; white-space: nowrap } [hidden] { display: none !important } td.id, tbody th.id { font-family: ui-monospace, 'SF Mono', Menlo, Consolas, monospace; font-size: .92em; white-space: nowrap }
.address { overflow-wrap: anywhere; color: var(--quiet) } .quiet, td.quiet { color: var(--quiet) }
code { font: .92em ui-monospace, 'SF Mono', Menlo, Consolas, monospace; overflow-wrap: anywhere }
.quarter table { font-size: .84rem } .quarter td { padding-right: 10px }
.share { width: 40%; min-width: 60px } .share div { height: 9px; border-radius: 3px; background: var(--bar); min-width: 2px }
tr > :last-child { padding-right: 0 }
.fresh > * { animation: fresh 2.4s ease-out } @keyframes fresh { from { background: var(--soft) } }
.empty { color: var(--quiet); font-size: .9rem }
dl { display: grid; grid-template-columns: auto 1fr; gap: 4px 16px; margin: 0; font-size: .9rem } dt { color: var(--quiet) } dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums; overflow-wrap: anywhere }
.bad { color: var(--b) } .state { white-space: nowrap } .state::before { content: ''; display: inline-block; width: .55em; height: .55em; border-radius: 50%; margin-right: .5em; background: var(--good) }
.state.starting::before { background: transparent; box-shadow: inset 0 0 0 2px var(--quiet) } .state.down::before { background: var(--b); border-radius: 1px }
.graph { position: relative; flex: 1; min-height: 330px; border-radius: 8px } .graph canvas { position: absolute; inset: 0; width: 100%; height: 100%; border-radius: 8px; touch-action: manipulation }
.caption { font-size: .84rem; color: var(--quiet); min-height: 1.5em; overflow-wrap: anywhere }
.news { margin: 0; padding: 0; list-style: none; font-size: .88rem } .news li { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0 12px; padding: 3px 0; overflow-wrap: anywhere }
.news time { color: var(--quiet); font-variant-numeric: tabular-nums }
footer { color: var(--quiet); font-size: .84rem; padding-top: 24px; padding-bottom: 48px } footer p + p { margin-top: 4px }
.skip { position: absolute; left: 12px; top: -60px; background: var(--card); padding: 8px 14px; border-radius: 8px; border: 1px solid var(--line); z-index: 2 } .skip:focus { top: 12px }
.login { display: grid; min-height: 90vh; place-items: center } .login .card { width: min(100%, 380px); padding: 26px; gap: 12px } .login h1 { margin-bottom: 6px }
.login label { font-size: .9rem } .login .quiet { font-size: .84rem } .login code { white-space: nowrap } .problem { color: var(--b); font-size: .92rem }
button { background: var(--a); color: var(--card); border: 0; border-radius: 8px; padding: 8px 14px; font-weight: 600; cursor: pointer } button:hover { filter: brightness(1.08) }
@media (max-width: 1000px) { .grid > *, .grid > .half, .grid > .quarter { grid-column: span 6 } .grid > .wide, .grid > #news, .grid > #degrees { grid-column: 1 / -1 } }
@media (max-width: 680px) {
  main, header, footer { padding-left: 14px; padding-right: 14px }
  .grid { gap: 12px } .grid > *, .grid > .quarter, .grid > .half, .grid > .wide { grid-column: 1 / -1 }
  .tiles { gap: 8px; grid-template-columns: repeat(2, minmax(0, 1fr)) } .tiles li { padding: 9px 12px } .tiles li:last-child:nth-child(odd) { grid-column: 1 / -1 } .tiles strong { font-size: 1.25rem }
  .spare { display: none } .card { padding: 12px 12px 10px } .graph { min-height: 300px }
}
@media (prefers-reduced-motion: reduce) { .fresh > * { animation: none } }
@media (forced-colors: active) { .lamp, .share div { forced-color-adjust: none } .curve { stroke: CanvasText } .bars rect { fill: CanvasText } }
`
