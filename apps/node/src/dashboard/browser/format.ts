/** Numbers and moments as people read them. */

/** 12345 as "12 345", with a thin blank that does not break. */
export function whole(value: number): string {
  return Math.round(value)
    .toString()
    .replaceAll(/\B(?=(\d{3})+$)/g, '\u202F')
}

const units = ['B', 'kB', 'MB', 'GB', 'TB']

export function bytes(value: number): string {
  const power = value < 1_000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3))
  const scaled = value / 1_000 ** power
  const text =
    power === 0 || scaled >= 100 ? String(Math.round(scaled)) : scaled.toFixed(1).replace(/\.0$/, '')
  return `${text} ${units[power]!}`
}

/** A time in its two largest units: "3 d 4 h", "5 min 6 s", "7 s". */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000))
  const [days, hours] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3_600) % 24]
  const [minutes, rest] = [Math.floor(seconds / 60) % 60, seconds % 60]
  if (days > 0) return `${days} d ${hours} h`
  if (hours > 0) return `${hours} h ${minutes} min`
  return minutes > 0 ? `${minutes} min ${rest} s` : `${rest} s`
}

/** A setting as somebody would type it: "250 ms", "5 min", "90 s". */
export function interval(ms: number): string {
  if (ms % 60_000 === 0) return `${ms / 60_000} min`
  return ms % 1_000 === 0 ? `${ms / 1_000} s` : `${ms} ms`
}

/** The time of day. */
export function clock(ms: number): string {
  return new Date(ms).toTimeString().slice(0, 8)
}

/** The end of a peer id: its beginning is the same for all keys of a kind. */
export function short(id: string): string {
  return id.length > 12 ? `…${id.slice(-8)}` : id
}

export function plural(count: number, one: string, many: string = `${one}s`): string {
  return `${whole(count)} ${count === 1 ? one : many}`
}
