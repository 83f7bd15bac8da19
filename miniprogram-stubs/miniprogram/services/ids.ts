const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'
const RANDOM_CHARS = 16

/** An id that no other call of any phone has: the time, and chance. */
export function freshId(prefix: string): string {
  let chance = ''
  for (let i = 0; i < RANDOM_CHARS; i += 1) chance += ALPHABET.charAt(Math.floor(Math.random() * ALPHABET.length))
  return `${prefix}-${Date.now().toString(36)}-${chance}`
}
