// The delegate's day, from the first opening to the satisfied verdict of a second round.
import assert from 'node:assert/strict'
import { it } from 'node:test'

const REPORT = '流动摊贩占道经营，人行道走不过去，老人只能走机动车道。'

export default function (stage) {
  it('a new delegate signs in by his phone number, reports with photos and sees the unit', async () => {
    const person = await stage().people.find({ role: 'delegate', level: 'county', area: '涧西区' })
    const phone = await stage().phone(person, { bound: false })
    await phone.sees('代表和工作人员登录')
    await phone.shot(stage().shots, 'home-visitor')
    await phone.tap('代表和工作人员登录')
    await phone.sees('第一次使用，请验证手机号')
    await phone.shot(stage().shots, 'sign-in')
    await phone.tap('同意隐私指引，验证手机号')
    await phone.sees(`${person.name} 代表`)
    await phone.sees('目前没有正在办理的工单')
    await phone.shot(stage().shots, 'home-delegate-empty')

    await phone.tap('随手拍')
    await phone.sees('手机定位，误差约 12 米')
    await phone.tap('拍照')
    await phone.sees('已上传')
    await phone.write('发生了什么？有什么影响？', REPORT)
    await phone.sees('涧西区')
    await phone.sees('去向')
    await phone.seesNot('12345 坐席判断')
    await phone.shot(stage().shots, 'snap')
    const shown = await phone.screen.locator('.goes .title').innerText()
    await phone.tap('提交')
    await phone.sees('有进展会通知您')

    const delegate = await stage().people.signIn(person)
    const { items } = await delegate.get('/orders?scope=mine')
    assert.equal(items.length, 1)
    const order = await delegate.order(items[0].number)
    assert.equal(order.description, REPORT)
    assert.equal(order.photos.length, 2)
    assert.equal(order.unit.name, shown, 'the unit that was shown before sending')
    assert.equal(order.category.source, 'suggested')
    assert.deepEqual({ ...order.location, longitude: 0, latitude: 0 }, { longitude: 0, latitude: 0, datum: 'wgs84', accuracy_m: 12 })
    const [asked] = await phone.calls('requestSubscribeMessage')
    assert.ok(asked.tmplIds.length > 0, 'asked for messages when sending')
    const { items: subscriptions } = await delegate.get('/subscriptions')
    assert.ok(
      subscriptions.some((one) => one.remaining === 1),
      'the consent is known to the server',
    )
  })

  it('the answer is judged dissatisfied, handled a second time, and then satisfied', async () => {
    const person = await stage().people.find({ role: 'delegate', level: 'city', area: '西工区' })
    const phone = await stage().phone(person, { answers: { location: { longitude: 112.4345, latitude: 34.6588, accuracy: 20 } } })
    await phone.tap('随手拍')
    await phone.sees('误差约 20 米')
    await phone.tap('拍照')
    await phone.write('发生了什么？有什么影响？', REPORT)
    await phone.sees('去向')
    await phone.tap('提交')
    await phone.sees('有进展会通知您')
    const delegate = await stage().people.signIn(person)
    const {
      items: [{ number }],
    } = await delegate.get('/orders?scope=mine')
    const unit = (await delegate.order(number)).unit.name
    const handler = await stage().people.signIn({ role: 'handler', unit })
    await handler.act(number, 'accept')
    await handler.act(number, 'reply', { account: '现场劝离。', public_reply: '已劝离流动摊贩，恢复通行。' })

    await phone.pull()
    await phone.sees('请您评价')
    await phone.sees('已劝离流动摊贩')
    await phone.shot(stage().shots, 'order-to-judge')
    await phone.tap('提交评价')
    await phone.page.getByText('请先选择对结果是否满意').waitFor()
    await judge(phone, '不满意', '未解决')
    await phone.write('还想说的话（可不填）', '第二天又摆出来了。')
    await phone.tap('拍照')
    await phone.sees('已上传')
    await phone.shot(stage().shots, 'verdict')
    await phone.tap('提交评价')
    // The form tells beforehand what follows, in the same words.
    await phone.seesNot('请您评价')
    await phone.sees('疑难')
    await phone.sees('第 2 次办理')
    let order = await delegate.order(number)
    assert.deepEqual([order.round, order.difficult, order.status], [2, true, 'dispatched'])
    assert.equal(order.verdicts[0].comment, '第二天又摆出来了。')
    await phone.shot(stage().shots, 'order-second-round')

    await handler.act(number, 'accept')
    await handler.act(number, 'reply', { account: '设岗值守。', public_reply: '已设固定岗，连续三天无占道。' })
    await phone.pull()
    await phone.sees('已设固定岗')
    await judge(phone, '满意', '已解决')
    await phone.tap('提交评价')
    await phone.sees('已办结')
    order = await delegate.order(number)
    assert.deepEqual([order.status, order.verdicts.map((verdict) => verdict.result)], ['closed', ['dissatisfied', 'satisfied']])
    await phone.sees('全程留痕')
    await phone.shot(stage().shots, 'order-closed')
    assert.ok((await phone.calls('requestSubscribeMessage')).length === 2, 'asked after sending and after the dissatisfied verdict, not after the last one')
  })

  it('somebody who is on no roster is told so, and nothing opens for him', async () => {
    const person = (await stage().people.all()).find((one) => !one.on_roster)
    assert.ok(person, 'the sandbox has somebody on no roster')
    const phone = await stage().phone(person, { bound: false })
    phone.expect(/status of 403/)
    await phone.tap('代表和工作人员登录')
    await phone.sees('第一次使用')
    await phone.tap('同意隐私指引，验证手机号')
    await phone.sees('您的手机号不在名册上')
    await phone.shot(stage().shots, 'not-on-roster')
    assert.equal(await phone.stored('session'), '')
  })

  it('who does not give his phone number can try again', async () => {
    const person = await stage().people.find({ role: 'delegate', level: 'county', area: '洛龙区' })
    const phone = await stage().phone(person, { bound: false, answers: { wechatPhone: null } })
    await phone.tap('代表和工作人员登录')
    await phone.sees('第一次使用')
    await phone.tap('同意隐私指引，验证手机号')
    await phone.sees('没有取得手机号')
    await phone.set({ wechatPhone: person.phone })
    await phone.tap('同意隐私指引，验证手机号')
    await phone.sees(`${person.name} 代表`)
  })

  it('without a fix the place is chosen on the map, whose numbers are GCJ-02', async () => {
    const person = await stage().people.find({ role: 'delegate', level: 'city', area: '涧西区' })
    const phone = await stage().phone(person, {
      answers: { location: null, place: { name: '牡丹广场', address: '西苑路', longitude: 112.4012, latitude: 34.6536 } },
    })
    await phone.tap('随手拍')
    await phone.sees('没有选择位置')
    await phone.tap('地图选点')
    await phone.sees('地图选点')
    await phone.sees('西苑路 牡丹广场')
    await phone.write('发生了什么？有什么影响？', REPORT)
    await phone.sees('去向')
    await phone.tap('提交')
    await phone.sees('有进展会通知您')
    const sent = (await phone.calls('request')).find((call) => call.method === 'POST' && call.url.endsWith('/api/v1/orders'))
    assert.deepEqual(sent.data.location, { longitude: 112.4012, latitude: 34.6536, datum: 'gcj02' })
    assert.equal(sent.data.address, '西苑路 牡丹广场')
  })

  it('a matter that is known nearby is endorsed instead of being sent again', async () => {
    const first = await stage().people.signIn({ role: 'delegate', level: 'city', area: '老城区' })
    const place = { longitude: 112.4772, latitude: 34.6836, datum: 'wgs84' }
    const order = await first.submit({ description: REPORT, location: place, category: '占道经营' })
    const person = await stage().people.find({ role: 'delegate', level: 'county', area: '老城区' })
    const phone = await stage().phone(person, { answers: { location: { longitude: 112.4773, latitude: 34.6837, accuracy: 8 } } })
    await phone.tap('随手拍')
    await phone.write('发生了什么？有什么影响？', REPORT)
    await phone.sees('附近已有人反映')
    await phone.shot(stage().shots, 'snap-nearby')
    await phone.tap('附议')
    await phone.dialog('附议')
    await phone.sees('已附议')
    assert.equal((await first.order(order.number)).endorsements.count, 1)
  })
}

/** The result and whether it is solved; the same words stand once more under the process. */
async function judge(phone, result, solved) {
  await phone.tap(phone.screen.getByText(result, { exact: true }).first())
  await phone.tap(phone.screen.getByText(solved, { exact: true }).first())
}
