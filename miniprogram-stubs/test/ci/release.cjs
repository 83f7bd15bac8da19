// What an upload needs: the key, an app id and hosts of one's own. Placeholders are refused before anything leaves.
const fs = require('node:fs')
const path = require('node:path')
const ci = require('miniprogram-ci')

const root = path.resolve(__dirname, '../..')
const SETTING = { es6: true, minify: true, autoPrefixWXSS: true }

/** Returns what is still a placeholder, in words. */
function placeholders() {
  const found = []
  const { appid } = JSON.parse(fs.readFileSync(path.join(root, 'project.config.json'), 'utf8'))
  if (!/^wx[0-9a-f]{16}$/.test(appid)) found.push(`project.config.json: appid is ${appid}, not one of your own`)
  const config = fs.readFileSync(path.join(root, 'miniprogram/services/config.ts'), 'utf8')
  for (const [, version, host] of config.matchAll(/\b(trial|release): '([^']*)'/g)) {
    if (!host.startsWith('https://')) found.push(`services/config.ts: ${version} is not an https address`)
    if (/example|localhost|127\.0\.0\.1/.test(host)) found.push(`services/config.ts: ${version} is still the placeholder ${host}`)
  }
  return found
}

function project() {
  const found = placeholders()
  const key = process.env.MINIPROGRAM_KEY
  if (!key || !fs.existsSync(key)) found.push('MINIPROGRAM_KEY: must be the file of the upload key from mp.weixin.qq.com')
  if (found.length > 0) throw new Error(found.join('\n'))
  const { appid } = JSON.parse(fs.readFileSync(path.join(root, 'project.config.json'), 'utf8'))
  return new ci.Project({ appid, type: 'miniProgram', projectPath: root, privateKeyPath: key, ignores: ['node_modules/**/*', 'test/**/*'] })
}

module.exports = { SETTING, ci, placeholders, project }
