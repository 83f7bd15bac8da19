// WeChat's own compiler, without its servers: app.json and page.json by its own rules, missing pages, scripts that do not compile.
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const ci = require('miniprogram-ci')
const { placeholders } = require('./release.cjs')

const root = path.resolve(__dirname, '../..')
// A copy without node_modules and tests: the compiler reads every file of a project.
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'zhitong-wechat.'))
const projectPath = path.join(folder, 'project')
fs.cpSync(path.join(root, 'miniprogram'), path.join(projectPath, 'miniprogram'), { recursive: true })
fs.copyFileSync(path.join(root, 'project.config.json'), path.join(projectPath, 'project.config.json'))

const project = new ci.Project({ appid: 'wx0123456789abcdef', type: 'miniProgram', projectPath, privateKey: 'not used offline' })
// What WeChat's server would answer for an ordinary account.
project.attr = async () => ({
  platform: false,
  appType: 0,
  isSandbox: false,
  released: false,
  gameApp: false,
  setting: {
    MaxCodeSize: 2,
    MaxSubpackageSubCodeSize: 2,
    MaxSubpackageFullCodeSize: 30,
    NavigateMiniprogramLimit: 10,
    MaxTabbarCount: 5,
    MinTabbarCount: 2,
    MaxTabbarIconSize: 40,
  },
})

/** Half of what WeChat takes: the rest is for cities. */
const MAIN_PACKAGE_BYTES = 1024 * 1024

/** The base library: the developer tools show the oldest one that the launch checklist admits. */
function checkLibrary() {
  const { libVersion } = JSON.parse(fs.readFileSync(path.join(root, 'project.config.json'), 'utf8'))
  const checklist = fs.readFileSync(path.join(root, '../docs/launch-wechat.md'), 'utf8')
  if (!checklist.includes(`**${libVersion}**`)) throw new Error(`project.config.json says ${libVersion}, docs/launch-wechat.md another base library`)
  const app = JSON.parse(fs.readFileSync(path.join(root, 'miniprogram/app.json'), 'utf8'))
  if (app.componentFramework !== undefined) throw new Error('app.json: componentFramework needs glassEaselWebview and a newer base library; leave it out')
}

/** The committed copy has placeholders, so an upload of it must be refused. */
function checkPlaceholders() {
  if (placeholders().length !== 3) throw new Error(`placeholders are not all found: ${placeholders().join('; ')}`)
}

async function main() {
  checkLibrary()
  checkPlaceholders()
  const archive = path.join(folder, 'compiled.zip')
  await ci.getCompiledResult({ project, version: '0', desc: '', setting: { es6: true, minify: true }, onProgressUpdate() {} }, archive)
  const { size } = fs.statSync(archive)
  if (size > MAIN_PACKAGE_BYTES) throw new Error(`${size} bytes packed; WeChat takes ${MAIN_PACKAGE_BYTES}`)
  console.log(`WeChat's compiler takes it: ${Math.round(size / 1024)} KB packed`)
}

main()
  .then(
    () => 0,
    (error) => {
      console.error(error.message ?? error)
      return 1
    },
  )
  .then((status) => {
    fs.rmSync(folder, { recursive: true, force: true })
    process.exit(status)
  })
