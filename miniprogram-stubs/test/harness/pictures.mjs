// Real JPEG files, drawn by the browser that drives the tests: nothing is downloaded.
import fs from 'node:fs'
import path from 'node:path'

const SCENES = {
  road: { sky: '#9fb7c9', ground: '#6d6f72', mark: '#2b2a29' },
  kerb: { sky: '#c7d3da', ground: '#8a8378', mark: '#3a2f26' },
  after: { sky: '#a9c4d6', ground: '#5c6266', mark: '#5c6266' },
}

export async function drawPictures(browser, folder) {
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 } })
  for (const [name, { sky, ground, mark }] of Object.entries(SCENES)) {
    await page.setContent(
      `<style>body{margin:0;background:linear-gradient(${sky} 55%,${ground} 55%)}div{position:absolute;left:34%;top:66%;width:32%;height:18%;border-radius:50%;background:${mark}}</style><div></div>`,
    )
    fs.writeFileSync(path.join(folder, `${name}.jpg`), await page.screenshot({ type: 'jpeg', quality: 85 }))
  }
  await page.close()
}
