// Makes a QR code that opens the working copy on a phone. usage: MINIPROGRAM_KEY=private.key node preview.cjs [file.png]
const { SETTING, ci, project } = require('./release.cjs')

async function main() {
  const qrcodeOutputDest = process.argv[2] ?? 'preview.png'
  await ci.preview({ project: project(), desc: 'preview', setting: SETTING, qrcodeFormat: 'image', qrcodeOutputDest, onProgressUpdate: () => undefined })
  console.log(`scan ${qrcodeOutputDest}`)
}

main().catch((error) => {
  console.error(error.message ?? error)
  process.exit(1)
})
