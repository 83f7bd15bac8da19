// The web console on a computer: its sign-in page, whose code is read off the screen as a camera would.
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const READER = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../node_modules/jsqr/dist/jsQR.js')

/** Opens the console's sign-in page beside a phone, in a browser of its own. */
export async function openConsole(browser, origin) {
  const context = await browser.newContext({ viewport: { width: 1000, height: 800 }, deviceScaleFactor: 2, locale: 'zh-CN' })
  const page = await context.newPage()
  await page.goto(`${origin}/console/login`)
  return { page, text: await readCode(context, await page.screenshot()), close: () => context.close() }
}

async function readCode(context, picture) {
  const reader = await context.newPage()
  await reader.setContent('<canvas></canvas>')
  await reader.addScriptTag({ path: READER })
  const text = await reader.evaluate(
    async (address) => {
      const image = new Image()
      image.src = address
      await image.decode()
      const canvas = document.querySelector('canvas')
      canvas.width = image.width
      canvas.height = image.height
      const drawing = canvas.getContext('2d')
      drawing.drawImage(image, 0, 0)
      const { data, width, height } = drawing.getImageData(0, 0, image.width, image.height)
      return window.jsQR(data, width, height)?.data
    },
    `data:image/png;base64,${picture.toString('base64')}`,
  )
  await reader.close()
  if (text === undefined) throw new Error('there is no code on the sign-in page')
  return text
}
