// What real phones do: refuse permissions, lose files, stop scripts in the background, move the cursor, ask only after a tap.
import assert from 'node:assert/strict'
import { it } from 'node:test'

const FIRST = '人行道上的地砖松动，下雨天一踩就溅水。'
const SECOND = '小区门口的路灯不亮，晚上看不清台阶。'
const PLACEHOLDER = '发生了什么？有什么影响？'

async function snap(phone, words) {
  await phone.tap('随手拍')
  await phone.sees('误差约 12 米')
  await phone.write(PLACEHOLDER, words)
}

export default function (stage) {
  it('typing writes to the storage only in pauses, and the cursor stays where it is', async () => {
    const phone = await stage().phone({ role: 'delegate', level: 'county', area: '嵩县' })
    await phone.tap('随手拍')
    await phone.sees('误差约 12 米')
    const before = (await phone.calls('setStorageSync')).length
    const field = phone.screen.locator('textarea').first()
    await field.click()
    await field.pressSequentially('路灯坏了三天没有人修', { delay: 30 })
    await field.evaluate((element) => element.setSelectionRange(2, 2))
    await field.pressSequentially('和护栏', { delay: 30 })
    await phone.page.waitForTimeout(900)
    assert.equal(await field.inputValue(), '路灯和护栏坏了三天没有人修')
    assert.equal(await field.evaluate((element) => element.selectionStart), 5)
    const writes = (await phone.calls('setStorageSync')).length - before
    assert.ok(writes >= 1 && writes <= 4, `${writes} writes for 13 keys`)
    const [draft] = await phone.stored('drafts')
    assert.equal(draft.description, '路灯和护栏坏了三天没有人修')
  })

  it('what is said becomes text where the account has the plugin, and there is no button elsewhere', async () => {
    const without = await stage().phone({ role: 'delegate', level: 'county', area: '嵩县' })
    await without.tap('随手拍')
    await without.sees('误差约 12 米')
    await without.seesNot('语音输入')
    const phone = await stage().phone({ role: 'delegate', level: 'city', area: '嵩县' }, { answers: { speech: '路灯坏了三天没有人修' } })
    await phone.tap('随手拍')
    await phone.sees('误差约 12 米')
    await phone.tap('语音输入')
    await phone.shot(stage().shots, 'snap-speech')
    await phone.tap('说完了')
    await phone.sees('语音输入')
    assert.equal(await phone.screen.locator('textarea').first().inputValue(), '路灯坏了三天没有人修')
    await phone.set({ speech: '' })
    await phone.tap('语音输入')
    await phone.tap('说完了')
    await phone.page.getByText('没有听清').waitFor()
  })

  it('refused camera, album and location say what to do, and the settings lift the refusal', async () => {
    const person = await stage().people.find({ role: 'delegate', level: 'city', area: '嵩县' })
    const phone = await stage().phone(person, { answers: { permissions: { location: 'deny', camera: 'deny' } } })
    await phone.tap('随手拍')
    await phone.sees('没有位置权限')
    await phone.shot(stage().shots, 'snap-location-refused')
    await phone.tap('拍照')
    await phone.page.getByText('没有相机权限').waitFor()
    await phone.dialog('暂不')
    await phone.set({ openSetting: ['location', 'camera'] })
    await phone.tap('打开设置')
    await phone.sees('误差约 12 米')
    await phone.tap('拍照')
    await phone.sees('已上传')

    await phone.set({ permissions: { camera: 'system' } })
    await phone.tap('拍照')
    await phone.page.getByText('手机没有允许微信使用相机').waitFor()
    await phone.dialog('知道了')
    await phone.set({ permissions: {}, privacy: 'refuse' })
    await phone.tap('相册')
    await phone.page.getByText('您没有同意隐私保护指引').waitFor()
    await phone.dialog('知道了')
  })

  it('a shot of the camera carries time and place, a picture of the album claims nothing', async () => {
    const phone = await stage().phone({ role: 'delegate', level: 'county', area: '栾川县' })
    await phone.tap('随手拍')
    await phone.sees('误差约 12 米')
    await phone.set({ photos: [stage().picture('road')] })
    await phone.tap('拍照')
    await phone.sees('已上传')
    await phone.set({ photos: [stage().picture('after')] })
    await phone.tap('相册')
    await phone.page.waitForFunction(() => window.phone.called('uploadFile').length === 2)
    const [shot, chosen] = (await phone.calls('uploadFile')).map((call) => call.formData)
    assert.equal(shot.source, 'camera')
    assert.ok(shot.taken_at && shot.longitude && shot.datum === 'wgs84', JSON.stringify(shot))
    assert.deepEqual(chosen, { role: 'before', source: 'album' })
    const drawn = await phone.calls('fillText')
    assert.equal(drawn.length, 1, 'the shot carries the city’s watermark, the picture of the album does not')
    assert.match(drawn[0].text, /^\d{4}-\d\d-\d\d \d\d:\d\d /)
    await phone.shot(stage().shots, 'snap-watermark')
  })

  it('a report whose file is lost does not hold up the next one, and no file stays behind', async () => {
    const person = await stage().people.find({ role: 'delegate', level: 'city', area: '汝阳县' })
    const phone = await stage().phone(person, { answers: { photos: [stage().picture('kerb')] } })
    phone.expect(/Failed to load resource|ERR_|net::/)
    await phone.sees(`${person.name} 代表`)
    await phone.offline(true)
    for (const words of [FIRST, SECOND]) {
      await phone.tap('随手拍')
      await phone.sees('误差约 12 米')
      await phone.write(PLACEHOLDER, words)
      await phone.tap('拍照')
      await phone.sees('没传上')
      await phone.tap('提交')
      await phone.sees('等待发送')
      await phone.back()
    }
    const files = await phone.savedFiles()
    assert.equal(files.length, 2)
    // The phone's cleaner has thrown away the first report's photo.
    const drafts = await phone.stored('drafts')
    const lost = drafts.find((draft) => draft.description === FIRST).photos[0].path
    await fetch(lost, { method: 'DELETE' })
    await phone.tap('查看 ›')
    await phone.sees('等待发送')
    await phone.shot(stage().shots, 'drafts-queued')
    await phone.offline(false)
    await phone.sees('发送成功')
    await phone.sees('没有受理')
    await phone.sees('有照片已经不在这部手机上')
    assert.deepEqual(await phone.savedFiles(), [lost])
    const delegate = await stage().people.signIn(person)
    assert.deepEqual(
      (await delegate.get('/orders?scope=mine')).items.map((order) => order.description),
      [SECOND],
    )
    await phone.tap('修改')
    await phone.sees('有照片已经不在这部手机上')
    await phone.tap(phone.screen.getByRole('button', { name: '删去这张照片' }))
    await phone.tap('提交')
    await phone.sees('有进展会通知您')
    assert.deepEqual(await phone.savedFiles(), [], 'every saved file is gone')
    assert.equal((await delegate.get('/orders?scope=mine')).items.length, 2)
  })

  it('a queued report can be opened, changed and deleted', async () => {
    const person = await stage().people.find({ role: 'delegate', level: 'county', area: '汝阳县' })
    const phone = await stage().phone(person, { answers: { photos: [stage().picture('kerb')] } })
    phone.expect(/Failed to load resource|ERR_|net::/)
    await phone.sees(`${person.name} 代表`)
    await phone.offline(true)
    await snap(phone, FIRST)
    await phone.tap('拍照')
    await phone.sees('没传上')
    await phone.tap('提交')
    await phone.sees('等待发送')
    await phone.tap('修改')
    assert.equal(await phone.screen.locator('textarea').first().inputValue(), FIRST)
    await phone.write(PLACEHOLDER, SECOND)
    await phone.tap('提交')
    await phone.sees('等待发送')
    await phone.sees(SECOND)
    assert.equal((await phone.savedFiles()).length, 1)
    await phone.tap('删除')
    await phone.dialog('删除')
    await phone.sees('没有草稿')
    assert.deepEqual(await phone.savedFiles(), [])
    await phone.offline(false)
    const delegate = await stage().people.signIn(person)
    assert.equal((await delegate.get('/orders?scope=mine')).items.length, 0)
  })

  it('an upload that WeChat cuts in the background is sent again when the person comes back', async () => {
    const person = await stage().people.find({ role: 'delegate', level: 'county', area: '洛宁县' })
    const phone = await stage().phone(person, { answers: { photos: [stage().picture('road')] } })
    phone.expect(/Failed to load resource|ERR_|net::/)
    await snap(phone, FIRST)
    await phone.run(() => {
      window.phone.uploadMs = 3_000
    })
    await phone.tap('拍照')
    await phone.sees(/%/)
    await phone.tap('提交')
    await phone.leave(6)
    await phone.run(() => {
      window.phone.uploadMs = 0
    })
    await phone.page.waitForTimeout(300)
    const delegate = await stage().people.signIn(person)
    assert.equal((await delegate.get('/orders?scope=mine')).items.length, 0, 'nothing is sent while the scripts are stopped')
    await phone.comeBack()
    await phone.sees(/有进展会通知您|发送成功/, 20_000)
    assert.equal((await delegate.get('/orders?scope=mine')).items.length, 1)
  })

  it('a full storage is said, and nothing is lost on the screen', async () => {
    const phone = await stage().phone({ role: 'delegate', level: 'city', area: '洛宁县' })
    await phone.tap('随手拍')
    await phone.sees('误差约 12 米')
    await phone.run(() => {
      window.phone.limits.storage = 10
    })
    await phone.write(PLACEHOLDER, FIRST)
    await phone.sees('小程序的存储空间满了')
    assert.equal(await phone.screen.locator('textarea').first().inputValue(), FIRST)
  })

  it('without room for files a photo is sent at once, and the person is told that it does not stay', async () => {
    const phone = await stage().phone({ role: 'delegate', level: 'city', area: '嵩县' }, { answers: { photos: [stage().picture('kerb')] } })
    await snap(phone, FIRST)
    await phone.run(() => {
      window.phone.limits.savedFiles = 10
    })
    await phone.tap('拍照')
    await phone.page.getByText('照片关闭小程序后不保留').waitFor()
    await phone.sees('已上传')
    assert.deepEqual(await phone.savedFiles(), [])
  })

  it('permissions for messages are asked inside the tap, five templates at most', async () => {
    const phone = await stage().phone({ role: 'handler', unit: '伊川县人民政府' })
    const refused = await phone.run(async () => {
      await Promise.resolve()
      return window.wx.requestSubscribeMessage({ tmplIds: ['x'] }).catch((error) => error.errMsg)
    })
    assert.equal(refused, 'requestSubscribeMessage:fail can only be invoked by user TAP gesture.')
    await phone.go('/pages/subscriptions/index')
    await phone.sees('再允许一次')
    await phone.tap(phone.screen.getByText('再允许一次').first())
    await phone.sees(/还可以收到 \d+ 条/)
  })

  it('a new version is offered, and used when the person agrees', async () => {
    const phone = await stage().phone({ role: 'supervisor', level: 'city' })
    await phone.sees('扫一扫')
    await phone.run(() => window.phone.update())
    await phone.page.getByText('新版本已经准备好').waitFor()
    await phone.dialog('重新打开')
    await phone.page.waitForFunction(() => window.phone.called('applyUpdate').length === 1)
  })

  it('the font size of WeChat is followed', async () => {
    const size = async (phone) =>
      phone.screen
        .getByText('随手拍')
        .first()
        .evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize))
    const person = await stage().people.find({ role: 'delegate', level: 'county', area: '宜阳县' })
    const usual = await stage().phone(person)
    await usual.sees('随手拍')
    const large = await stage().phone(person, { fontScale: 1.25 })
    await large.sees('随手拍')
    assert.equal(Math.round(((await size(large)) / (await size(usual))) * 100), 125)
  })

  it('the place of an order opens on the map, in its datum', async () => {
    const person = await stage().people.find({ role: 'delegate', level: 'city', area: '宜阳县' })
    const delegate = await stage().people.signIn(person)
    // A published vector of the formula.
    const order = await delegate.submit({ description: FIRST, location: { longitude: 113.912316, latitude: 22.543847, datum: 'wgs84' }, category: '占道经营' })
    const phone = await stage().phone(person)
    await phone.go(`/pages/order/index?number=${order.number}`)
    await phone.sees('全程留痕')
    await phone.tap('导航')
    const [{ longitude, latitude }] = await phone.calls('openLocation')
    assert.ok(Math.abs(longitude - 113.9171764808363) < 1e-9 && Math.abs(latitude - 22.540796131694766) < 1e-9, `${longitude} ${latitude}`)
  })
}
