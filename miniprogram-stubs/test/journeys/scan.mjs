// 扫一扫: the console's sign-in, an order's number, codes that are not ours.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { openConsole } from '../harness/console.mjs'

export default function (stage) {
  it('a code that is not ours, and no code at all, do nothing but say so', async () => {
    const phone = await stage().phone({ role: 'delegate', level: 'county', area: '宜阳县' }, { answers: { scan: ['https://example.com/else', null] } })
    await phone.tap('扫一扫')
    await phone.page.getByText('这不是代表直通的二维码').waitFor()
    await phone.tap('扫一扫')
    await phone.sees('随手拍')
  })

  it('a code of the console that is not there any more is explained', async () => {
    const phone = await stage().phone({ role: 'supervisor', level: 'city' }, { answers: { scan: `${stage().product.origin}/console/scan/no-such-code` } })
    phone.expect(/status of 404/)
    await phone.tap('扫一扫')
    await phone.sees('再试一次')
    await phone.shot(stage().shots, 'console-unknown')
    assert.equal(await phone.page.locator('#title').innerText(), '登录网页端')
  })

  it('the console signs in after its code was scanned and confirmed, and not before', async () => {
    const desk = await openConsole(stage().browser, stage().product.origin)
    const person = await stage().people.find({ role: 'supervisor', level: 'city' })
    const phone = await stage().phone(person, { answers: { scan: desk.text } })
    await phone.tap('扫一扫')
    await phone.sees('要在电脑上登录吗？')
    await phone.sees(/127\.0\.0\.1|Chrome/)
    await phone.shot(stage().shots, 'console')
    assert.match(new URL(desk.page.url()).pathname, /login/)
    await phone.tap(await desk.page.locator('[data-number]').innerText())
    await phone.sees('已确认')
    await phone.shot(stage().shots, 'console-approved')
    await desk.page.waitForURL((url) => !url.pathname.includes('login'), { timeout: 10_000 })
    assert.ok((await desk.page.locator('body').innerText()).includes(person.name))
    await desk.close()
  })

  it('a printed code opens its place, and the report from there has place, category and channel filled in', async () => {
    const admin = await stage().people.signIn({ role: 'admin' })
    const site = await admin.post('/sites', {
      name: '牡丹广场公交站',
      location: { longitude: 112.395, latitude: 34.655, datum: 'wgs84' },
      category: '占道经营',
    })
    const person = await stage().people.find({ role: 'delegate', level: 'township', area: '伊川县' })
    const phone = await stage().phone(person, { answers: { scan: site.link } })
    await phone.tap('扫一扫')
    await phone.sees('牡丹广场公交站')
    await phone.sees('占道经营')
    await phone.shot(stage().shots, 'site')
    await phone.tap('在这里反映问题')
    await phone.sees('扫码点位')
    await phone.write('发生了什么？有什么影响？', '候车亭玻璃碎了一块，有人被划伤。')
    await phone.shot(stage().shots, 'snap-site')
    await phone.tap('提交')
    await phone.sees('有进展会通知您')
    const delegate = await stage().people.signIn(person)
    const {
      items: [order],
    } = await delegate.get('/orders?scope=mine')
    assert.deepEqual([order.channel, order.category.name, order.area.name], ['scan', '占道经营', '涧西区'])
  })
}
