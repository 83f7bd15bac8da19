// The delegate's day, from the first opening to the satisfied verdict of a second round.
import assert from 'node:assert/strict'
import { it } from 'node:test'

const REPORT = '流动摊贩占道经营，人行道走不过去，老人只能走机动车道。'

export default function (stage) {
  it('a new delegate signs in by his phone number, reports with photos and sees the unit', async () => {
    const person = await stage().people.find({ role: 'delegate', level: 'county', area: '涧西区' })
    const phone = await stage().phone(person, { bound: false })
    await phone.sees('第一次使用，请验证手机号')
    await phone.shot(stage().shots, '01-sign-in')
    await phone.tap('同意隐私指引，验证手机号')
    await phone.sees(`${person.name} 代表`)
    await phone.tap('随手拍')
    await phone.sees('手机定位，误差约 12 米')
    await phone.tap('加照片')
    await phone.sees('已上传')
    await phone.write('发生了什么？有什么影响？', REPORT)
    await phone.sees('将派给')
    await phone.sees('涧西区')
    await phone.tap('提交')
    await phone.sees('已提交')
    await phone.sees('承办单位')
    const [asked] = await phone.calls('requestSubscribeMessage')
    assert.ok(asked.tmplIds.length > 0, 'asked for messages after sending')
    const delegate = await stage().people.signIn(person)
    const { items } = await delegate.get('/orders?scope=mine')
    assert.equal(items.length, 1)
    const order = await delegate.order(items[0].number)
    assert.equal(order.description, REPORT)
    assert.equal(order.photos.length, 2)
    assert.equal(order.category.source, 'suggested')
    await phone.sees(order.unit.name)
  })
}
