// Every page, in normal and in large type: nothing runs out of the screen, everything to tap is large enough, and a person can look.
import assert from 'node:assert/strict'
import { it } from 'node:test'

const REPORT = '流动摊贩占道经营，人行道走不过去，老人只能走机动车道。'
const PLACE = { longitude: 112.395, latitude: 34.655, datum: 'wgs84' }

export default function (stage) {
  for (const [type, look] of Object.entries({ normal: {}, large: { large: true }, dark: { dark: true } })) {
    it(`every page of a delegate fits in ${type} type`, async () => {
      const person = await stage().people.find({ role: 'delegate', level: 'provincial', area: '涧西区' })
      const delegate = await stage().people.signIn(person)
      const order = await delegate.submit({ description: REPORT, location: PLACE, category: '占道经营', address: '西苑路与武汉路交叉口东北角人行道' })
      const answered = await delegate.submit({ description: `${REPORT}路口东侧尤其严重。`, location: PLACE, category: '占道经营' })
      const handler = await stage().people.signIn({ role: 'handler', unit: answered.unit.name })
      await handler.act(answered.number, 'accept')
      await handler.act(answered.number, 'reply', { account: '现场劝离。', public_reply: '已劝离流动摊贩，恢复通行，并安排专人每天早晚值守。' })

      const phone = await stage().phone(person, look)
      const shot = (name) => phone.shot(stage().shots, `${type}-${name}`)
      await phone.sees('等您评价')
      await shot('home')
      await phone.tap('随手拍')
      await phone.sees('误差约 12 米')
      await phone.tap('拍照')
      await phone.write('发生了什么？有什么影响？', REPORT)
      await phone.sees('去向')
      await phone.tap(phone.screen.getByText('更换', { exact: true }))
      await phone.sees('不清楚，按文字判断')
      await shot('snap')
      await phone.back()
      await phone.sees('1 件草稿没有写完')
      await phone.tap('查看 ›')
      await phone.sees('继续写')
      await shot('drafts')
      await phone.tap('删除')
      await phone.dialog('删除')
      await phone.sees('没有草稿')
      await phone.back()
      await phone.tab('工单')
      await phone.sees('没有更多了')
      await shot('orders')
      await phone.go(`/pages/order/index?number=${answered.number}`)
      await phone.sees('请您评价')
      await shot('order')
      await phone.go(`/pages/move/index?number=${order.number}&move=cancel`)
      await phone.sees('为什么撤销')
      await shot('move')
      await phone.back()
      await phone.back()
      await phone.tab('消息')
      await phone.sees('未读')
      await shot('inbox')
      await phone.tap('消息提醒设置')
      await phone.sees('再允许一次')
      await shot('subscriptions')
      await phone.tap(phone.screen.getByText('再允许一次').first())
      await phone.sees(/还可以收到 \d+ 条/)
      await phone.back()
      await phone.tab('我的')
      await phone.sees('大字版')
      await shot('me')
      await phone.tap(phone.screen.getByText('设置', { exact: true }))
      await phone.sees('解除微信绑定')
      await shot('settings')
    })

    it(`the desks of staff fit in ${type} type`, async () => {
      for (const wanted of [{ role: 'handler', unit: '涧西区人民政府' }, { role: 'supervisor', level: 'city' }, { role: 'operator' }]) {
        const phone = await stage().phone(wanted, look)
        await phone.sees('扫一扫')
        await phone.shot(stage().shots, `${type}-desk-${wanted.role}`)
      }
    })
  }

  it('the large-type switch enlarges every page at once, and stays', async () => {
    const phone = await stage().phone({ role: 'delegate', level: 'city', area: '偃师区' })
    const size = () =>
      phone.screen
        .locator('wx-view')
        .filter({ hasText: /^随手拍$/ })
        .last()
        .evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize))
    await phone.sees('随手拍')
    const before = await size()
    await phone.tab('我的')
    await phone.tap('大字版')
    await phone.tab('首页')
    await phone.sees('随手拍')
    assert.equal(Math.round(((await size()) / before) * 100), 130)
    await phone.restart()
    await phone.sees('随手拍')
    assert.equal(Math.round(((await size()) / before) * 100), 130)
  })

  it('the inbox tells what happened, counts what is unread, and leads to the order', async () => {
    const person = await stage().people.find({ role: 'delegate', level: 'county', area: '孟津区' })
    const delegate = await stage().people.signIn(person)
    const order = await delegate.submit({ description: REPORT, location: PLACE, category: '占道经营' })
    const phone = await stage().phone(person)
    await phone.sees('正在办理')
    const badge = phone.page.locator('#tabbar .badge')
    await badge.waitFor()
    assert.equal(await badge.innerText(), '1')
    await phone.tab('消息')
    await phone.tap(phone.screen.getByText('未读').first())
    await phone.sees('全程留痕')
    await phone.sees(order.number)
    await phone.back()
    await phone.sees('没有更多了')
    await phone.seesNot('未读')
    await phone.gone(badge, 'the badge still counts an unread notice')
  })
}
