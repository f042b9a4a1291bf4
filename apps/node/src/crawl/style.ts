/** What the report of a crawl adds to the looks of reports. */

export const crawlStyle: string = `
:root {
  --v0: #2a78d6; --v1: #d9730d; --v2: #2f9e5f; --v3: #a855c9; --v4: #c9393f; --v5: #14919b; --vx: #8a8f98;
  --gone: #b9b9b2; --other: #d3a63a; --unseen: #dcdcd6; --seed: #1c2126; --link: #5b646d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --v0: #62a8ff; --v1: #ff9d5c; --v2: #5fd08f; --v3: #cf93ef; --v4: #ff7b80; --v5: #4fd3dd; --vx: #9aa0a8;
    --gone: #4c535b; --other: #b8913a; --unseen: #30363d; --seed: #ffffff; --link: #9aa4ae;
  }
}
.picture { padding: 8px 12px 12px }
.picture .network { display: block; width: 100%; max-width: 900px; height: auto; margin: 0 auto }
.network circle { stroke: var(--card); stroke-width: .8 }
.network circle:hover, .network circle:target { stroke: var(--ink); stroke-width: 3 }
.network circle:target { stroke-width: 7 }
.network .links { fill: none; stroke: var(--link); stroke-width: .7; opacity: .22 }
.network .many { opacity: .12 } .network .few { opacity: .5; stroke-width: 1.2 }
.network .seed { stroke: var(--seed); stroke-width: 2.6 }
.dust { fill: none; stroke-linecap: round; stroke-width: 4.4 }
.v0 { fill: var(--v0); background: var(--v0) } .v1 { fill: var(--v1); background: var(--v1) }
.v2 { fill: var(--v2); background: var(--v2) } .v3 { fill: var(--v3); background: var(--v3) }
.v4 { fill: var(--v4); background: var(--v4) } .v5 { fill: var(--v5); background: var(--v5) }
.vx { fill: var(--vx); background: var(--vx) }
.gone { stroke: var(--gone) } .other { stroke: var(--other) } .unseen { stroke: var(--unseen) }
.spot { display: inline-block; width: .8em; height: .8em; border-radius: 50%; margin-right: .4em; vertical-align: -.05em }
.spot.gone { background: var(--gone) } .spot.other { background: var(--other) } .spot.unseen { background: var(--unseen) }
.seedspot { border: 2.5px solid var(--seed) }
.picture figcaption { min-height: 0; padding: 6px 4px 0 }
.legend small { color: var(--quiet) }
.quiet { color: var(--quiet); font-size: .86rem }
.tallies { margin-top: 16px }
.tallies .card { padding: 14px 16px }
.tallies td, .tallies th { overflow-wrap: anywhere }
.tallies td { white-space: nowrap }
.nodes { max-height: 70vh; overflow: auto; padding: 0 10px }
.nodes thead th { position: sticky; top: 0; background: var(--card); white-space: nowrap; z-index: 1 }
.nodes tbody th { max-width: 22em; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.nodes td:nth-child(2), .nodes td:nth-child(3), .nodes td:nth-child(4), .nodes td:last-child,
.nodes th:nth-child(2), .nodes th:nth-child(3), .nodes th:nth-child(4), .nodes th:last-child { text-align: left }
.nodes td:nth-child(2) { max-width: 14em; overflow: hidden; text-overflow: ellipsis }
.nodes code { overflow-wrap: normal }
a { color: inherit; text-decoration-color: var(--line); text-underline-offset: 3px } a:hover { text-decoration-color: currentColor }
@media (max-width: 640px) { .nodes tbody th { max-width: 11em; white-space: nowrap } .dust { stroke-width: 5 } }
@media print { .nodes { max-height: none; overflow: visible } }
`
