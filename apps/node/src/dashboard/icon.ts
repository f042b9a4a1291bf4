/** The sign of the page: a host and three that it knows. */
export const icon: string = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><style>
path{stroke:#1f6fd6;stroke-width:2.2;fill:none}circle{fill:#1f6fd6}
@media(prefers-color-scheme:dark){path{stroke:#6fb0ff}circle{fill:#6fb0ff}}</style>
<path d="M16 17 6 8M16 17 27 11M16 17 13 27"/><circle cx="16" cy="17" r="5"/><circle cx="6" cy="8" r="3.2"/>
<circle cx="27" cy="11" r="3.2"/><circle cx="13" cy="27" r="3.2"/></svg>
`
