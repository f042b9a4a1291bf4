/**
 * The documents: the page, whose parts its script makes, and the one that asks for the token, which needs no script.
 */

function page(title: string, head: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/style.css">
${head}</head>
<body>
${body}
</body>
</html>
`
}

export function documentOf(script: string): string {
  return page(
    'pex',
    `<script type="module" src="${script}"></script>\n`,
    `<a class="skip" href="#main">Skip to the figures</a>
<header>
<div class="title">
<h1><img src="/assets/icon.svg" alt="" width="30" height="30"> pex <span id="who"></span></h1>
<p id="link" class="link waiting"><span class="lamp" aria-hidden="true"></span><span id="link-text">connecting</span></p>
</div>
<p id="about"></p>
<div id="controls" class="controls"></div>
<ul id="tiles" class="tiles" aria-label="Figures of the moment"></ul>
</header>
<main id="main" tabindex="-1">
<noscript><p class="card">This page needs JavaScript; the same figures are at <a href="/api/v1">/api/v1</a>.</p></noscript>
<div id="grid" class="grid"></div>
</main>
<footer>
<p id="footer"></p>
<p>All of this is also at <a href="/api/v1">/api/v1</a>, as JSON.</p>
</footer>
<p id="status" class="unseen" role="status"></p>`
  )
}

/** Asks for the token; `problem`: what was wrong with the last one, in words of ours. */
export function loginOf(problem: string | undefined): string {
  const note = problem === undefined ? '' : `<p class="problem" role="alert">${problem}</p>`
  return page(
    'pex: token',
    '',
    `<main class="login">
<form class="card" method="post" action="/session">
<h1><img src="/assets/icon.svg" alt="" width="30" height="30"> pex</h1>
${note}<label for="token">Token of this host</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button type="submit">Open the dashboard</button>
<p class="quiet">It stands in the file that the host was given as <code>--dashboard-token</code>.</p>
</form>
</main>`
  )
}
