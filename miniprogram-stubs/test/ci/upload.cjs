// Uploads a version. usage: MINIPROGRAM_KEY=private.key node upload.cjs 1.0.0 "what is new"
const { SETTING, ci, project } = require('./release.cjs')

async function main() {
  const [version, desc = ''] = process.argv.slice(2)
  if (!/^\d+\.\d+\.\d+$/.test(version ?? '')) throw new Error('usage: node upload.cjs 1.0.0 "what is new"')
  await ci.upload({ project: project(), version, desc, setting: SETTING, onProgressUpdate: () => undefined })
  console.log(`uploaded ${version}`)
}

main().catch((error) => {
  console.error(error.message ?? error)
  process.exit(1)
})
