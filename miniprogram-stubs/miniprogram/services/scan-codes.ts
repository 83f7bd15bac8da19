/** What a code stands for. */
export type Scanned = { kind: 'site'; code: string } | { kind: 'console'; code: string } | { kind: 'order'; number: string } | { kind: 'unknown' }

/** Codes as printed or shown: a link of the server to a site, the console's sign-in, an order. */
export function understand(text: string): Scanned {
  const raw = decoded(text.trim())
  const console = /\/console\/scan\/([\w-]+)/.exec(raw)
  if (console?.[1] !== undefined) return { kind: 'console', code: console[1] }
  const order = /\b(T\d{14})\b/.exec(raw)
  if (order?.[1] !== undefined) return { kind: 'order', number: order[1] }
  const site = /\/scan\/([\w-]+)/.exec(raw) ?? /[?&]scene=([\w-]+)/.exec(raw)
  return site?.[1] === undefined ? { kind: 'unknown' } : { kind: 'site', code: site[1] }
}

/** Some phones hand the text over encoded, some do not, some twice. */
export function decoded(text: string): string {
  let now = text
  for (let i = 0; i < 2; i += 1) {
    try {
      now = decodeURIComponent(now)
    } catch {
      return now
    }
  }
  return now
}
