/** The page's style. Its hash is the only one that the page's policy allows. */
export const STYLE = `
:root{color-scheme:light dark;--line:#8884;--soft:#8882;--link:#0b62d6}
@media (prefers-color-scheme:dark){:root{--link:#7db4ff}}
*{box-sizing:border-box}
body{margin:0;display:grid;grid-template-columns:15rem minmax(0,1fr);font:16px/1.5 system-ui,sans-serif}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1rem 1.5rem;border-right:1px solid var(--line)}
nav h1{font-size:1.2rem}
nav ul{list-style:none;padding:0}
main{padding:1rem 2rem 4rem;max-width:70rem}
a{color:var(--link);text-decoration:none}
a:hover{text-decoration:underline}
h2{margin-top:2.5rem;border-bottom:1px solid var(--line)}
h3{margin:1.5rem 0 .5rem}
h4{margin:1rem 0 .25rem}
p{margin:.25rem 0}
details{border:1px solid var(--line);border-radius:6px;margin:.5rem 0;padding:.5rem .75rem}
summary{cursor:pointer}
summary b{display:inline-block;min-width:4.5rem}
.get{color:#1a7f4b}.post{color:#0b62d6}.put{color:#a15c00}.delete{color:#c0322b}
code,pre{font:.875em/1.45 ui-monospace,monospace}
code{overflow-wrap:anywhere}
pre{background:var(--soft);padding:.75rem;border-radius:6px;overflow:auto;max-height:30rem}
table{border-collapse:collapse;width:100%;margin:.25rem 0 .75rem;font-size:.9rem}
td{border-top:1px solid var(--line);padding:.3rem .75rem .3rem 0;vertical-align:top}
td:first-child{width:30%}
td:nth-child(2):not(:last-child){width:28%}
h4+table td:first-child:nth-last-child(2){width:6rem}
@media (max-width:50rem){body{display:block}nav{position:static;height:auto;border:0}main{padding:1rem}}
`;
