// Runs in the browser, on its own: what of a page is hard to read against its background.

/** The words whose contrast is too low. Words on pictures, on gradients and on what is switched off are left out. */
export function faintWords() {
  const page = document.querySelector('.mp-page:not([hidden])')
  const number = (text) => Number.parseFloat(text)
  const parse = (text) => {
    const [red, green, blue, alpha = 1] = (text.match(/[\d.]+/g) ?? []).map(number)
    return { red, green, blue, alpha }
  }
  const over = (front, back) => {
    const mix = (channel) => front[channel] * front.alpha + back[channel] * (1 - front.alpha)
    return { red: mix('red'), green: mix('green'), blue: mix('blue'), alpha: 1 }
  }
  const luminance = ({ red, green, blue }) => {
    const [r, g, b] = [red, green, blue].map((value) => {
      const share = value / 255
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const ratio = (one, other) => {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a)
    return (light + 0.05) / (dark + 0.05)
  }
  /** The colour behind an element; `undefined` where it is no plain one. */
  const behind = (element) => {
    const layers = []
    for (let at = element; at; at = at.parentElement) {
      const style = getComputedStyle(at)
      if (style.backgroundImage !== 'none' || (style.position === 'absolute' && at !== page)) return undefined
      const colour = parse(style.backgroundColor)
      if (colour.alpha > 0) layers.push(colour)
      if (colour.alpha === 1) return layers.reduceRight((back, front) => over(front, back))
    }
    return undefined
  }
  const words = document.createTreeWalker(page, window.NodeFilter.SHOW_TEXT)
  const found = []
  while (words.nextNode()) {
    const text = words.currentNode.textContent.trim()
    const element = words.currentNode.parentElement
    const box = element.getBoundingClientRect()
    if (text === '' || box.width === 0 || box.height === 0 || element.closest('[data-disabled], option')) continue
    const style = getComputedStyle(element)
    const back = behind(element)
    if (back === undefined) continue
    const colour = over(parse(style.color), back)
    const size = number(style.fontSize)
    const least = size >= 24 || (size >= 18.5 && number(style.fontWeight) >= 700) ? 3 : 4.5
    const contrast = ratio(colour, back)
    if (contrast < least) found.push(`“${text.slice(0, 20)}” has a contrast of ${contrast.toFixed(1)}`)
  }
  return [...new Set(found)]
}
