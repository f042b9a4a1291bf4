/** Reads the API, and hears the news as they come. */

export interface News {
  readonly event: string
  readonly detail: { readonly at: number } & Readonly<Record<string, unknown>>
}

const API = '/api/v1'

/** Reads a resource. Fails where the host does not answer, or not well. */
export async function read<Answer>(
  resource: string,
  query: Readonly<Record<string, string>> = {}
): Promise<Answer> {
  const search = new URLSearchParams(query).toString()
  const response = await fetch(
    `${API}${resource === '' ? '' : `/${resource}`}${search === '' ? '' : `?${search}`}`
  )
  if (response.status === 401) location.reload()
  if (!response.ok) throw new Error(`${resource}: ${response.status}`)
  return (await response.json()) as Answer
}

/** What happens in a host, and on the stream itself. */
const kinds =
  'listening round exchange view rejected failed size alarm record store started exited converged tick gap'.split(
    ' '
  )

export interface Hearing {
  /** The connection stands, or stands again. */
  readonly onOpen: () => void
  readonly onLost: () => void
  readonly onNews: (news: News) => void
}

/**
 * Hears the news for as long as the page is seen: a browser has few connections to one host, and a page in the background
 * should not hold one. Whoever comes back hears the rest, or that too much was missed.
 */
export function hear({ onOpen, onLost, onNews }: Hearing): void {
  let source: EventSource | undefined
  let last = ''
  const open = (): void => {
    source ??= new EventSource(`${API}/events${last === '' ? '' : `?after=${encodeURIComponent(last)}`}`)
    source.onopen = onOpen
    source.onerror = () => {
      onLost()
      // A browser comes back by itself, except where the host has refused it.
      if (source?.readyState !== EventSource.CLOSED) return
      source = undefined
      setTimeout(open, 5_000)
    }
    for (const kind of kinds)
      source.addEventListener(kind, ({ data, lastEventId }: MessageEvent<string>) => {
        if (lastEventId !== '') last = lastEventId
        onNews({ event: kind, detail: JSON.parse(data) as News['detail'] })
      })
  }
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') return open()
    source?.close()
    source = undefined
  })
  open()
}
