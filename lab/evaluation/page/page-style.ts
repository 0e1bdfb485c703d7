/** The report's style: one accent color for Purser, muted colors for the rest, light and dark. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fcfcfa; --ink: #22262b; --quiet: #6b7178; --rule: #e3e3de;
  --own: #0b62a8; --second: #b07a1f; --third: #5f8f5a; --fourth: #8a6fa8; --bad: #a8342b; --good: #2d6b3a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16191c; --ink: #e4e6e8; --quiet: #99a0a7; --rule: #2d3236;
    --own: #6bb3ee; --second: #d9a857; --third: #8fc48a; --fourth: #bca3d9; --bad: #ec8d84; --good: #86c794;
  }
}
body { background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif;
  margin: 0 auto; max-width: 64rem; padding: 2rem 1.5rem 4rem; }
h1 { font-size: 1.6rem; font-weight: 600; margin: 0; }
h2 { font-size: 1.2rem; font-weight: 600; margin: 3rem 0 .5rem; padding-top: 1rem; border-top: 1px solid var(--rule); }
h3 { font-size: 1rem; font-weight: 600; margin: 2rem 0 0; }
header p, .note, figcaption span { color: var(--quiet); font-size: .85rem; }
.note { margin: .25rem 0; max-width: 46rem; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; margin: .5rem 0 1rem; }
th, td { padding: .15rem .8rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--rule); }
th { font-weight: 500; color: var(--quiet); }
tbody th, th:first-child, td:first-child { text-align: left; padding-left: 0; }
details :is(td, th):nth-child(-n+3) { text-align: left; }
.own { color: var(--own); font-weight: 600; }
.good { color: var(--good); } .bad { color: var(--bad); }
.met, .not-met { font-weight: 500; display: inline-block; width: 4.2em; text-align: left; margin-left: .4em; }
.met { color: var(--good); } .not-met { color: var(--bad); }
summary { cursor: pointer; color: var(--quiet); }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1rem 2rem; }
figure { margin: 0; } figcaption { font-size: .9rem; }
svg { width: 100%; height: auto; display: block; }
polyline { fill: none; stroke-width: 1.6; stroke-linejoin: round; }
.line-0 { stroke: var(--own); stroke-width: 2.2; }
.line-1 { stroke: var(--second); } .line-2 { stroke: var(--third); }
.line-3 { stroke: var(--fourth); }
.grid { stroke: var(--rule); } .reference { stroke: var(--quiet); stroke-dasharray: 4 3; }
.tick, .label { fill: var(--quiet); font-size: 11px; }
.key { font-size: .8rem; margin: 0; } .key span { margin-right: .8rem; }
.key span::before { content: ''; display: inline-block; width: 1.2em; border-top: 2px solid; vertical-align: middle; margin-right: .35em; }
.key-0 { color: var(--own); } .key-1 { color: var(--second); } .key-2 { color: var(--third); }
.key-3 { color: var(--fourth); }
.key-reference { color: var(--quiet); } .key span.key-reference::before { border-top-style: dashed; }
`;
