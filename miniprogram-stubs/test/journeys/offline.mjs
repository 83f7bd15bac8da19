// The network goes and comes back; the server stops and starts; tokens run out. Nothing is lost and nothing is sent twice.
import assert from 'node:assert/strict'
import { it } from 'node:test'

const FIRST = '人行道上的窨井盖松动，行人踩上去会翘起来。'
const SECOND = '公交站旁的护栏倒了，已经伸到机动车道上。'

async function write(phone, words) {
  await phone.tap('随手拍')
  await phone.sees('误差约 12 米')
  await phone.write('发生了什么？有什么影响？', words)
}

export default function (stage) {
  it('a report written offline waits, survives closing the mini-program, and is sent once when the server is back', async () => {
    const person = await stage().people.find({ role: 'delegate', level: 'county', area: '伊川县' })
    const phone = await stage().phone(person)
    phone.expect(/Failed to load resource|ERR_|net::/)
    await phone.sees(`${person.name} 代表`)
    await stage().product.stop()

    await write(phone, FIRST)
    await phone.tap('拍照')
    await phone.sees('没传上')
    await phone.shot(stage().shots, 'snap-offline')
    await phone.tap('提交')
    await phone.sees('等待发送')
    await phone.sees('网络连接不上')
    await phone.shot(stage().shots, 'drafts-waiting')
    await phone.restart('pages/drafts/index')
    await phone.sees('等待发送')

    await stage().product.start()
    await phone.sees('发送成功', 30_000)
    await phone.sees('照片 2/2 已上传')
    const delegate = await stage().people.signIn(person)
    const { items } = await delegate.get('/orders?scope=mine')
    assert.deepEqual(
      items.map((order) => order.description),
      [FIRST],
    )
    assert.equal((await delegate.order(items[0].number)).photos.length, 2)
    await phone.tap('查看工单')
    await phone.sees(FIRST)
  })

  it('an answer that was lost on the way does not make a second order', async () => {
    const person = await stage().people.find({ role: 'delegate', level: 'city', area: '伊川县' })
    const phone = await stage().phone(person)
    phone.expect(/Failed to load resource|ERR_|net::/)
    await write(phone, SECOND)
    await phone.sees('去向')
    // The server gets the report and answers; the phone never hears of it.
    stage().server.loseAnswerTo = (request) => request.method === 'POST' && request.url === '/api/v1/orders'
    await phone.tap('提交')
    await phone.sees('等待发送')
    stage().server.loseAnswerTo = undefined
    await phone.tap('现在发送')
    await phone.sees('发送成功')
    const delegate = await stage().people.signIn(person)
    assert.equal((await delegate.get('/orders?scope=mine')).items.length, 1)
    const tries = stage().server.requests.filter((request) => request.method === 'POST' && request.path === '/api/v1/orders' && request.words?.includes(SECOND))
    assert.ok(tries.length >= 2, 'it was sent more than once')
    assert.equal(new Set(tries.map((request) => request.headers['idempotency-key'])).size, 1, 'always under the same key')
  })

  it('what was written is still there after leaving the page and after closing the mini-program', async () => {
    const phone = await stage().phone({ role: 'delegate', level: 'county', area: '偃师区' })
    await write(phone, FIRST)
    await phone.tap('拍照')
    await phone.sees('已上传')
    await phone.back()
    await phone.sees('1 件草稿没有写完')
    await phone.shot(stage().shots, 'home-delegate-draft')
    await phone.restart()
    await phone.tap('随手拍')
    await phone.sees('已恢复上次没写完的内容')
    assert.equal(await phone.screen.locator('textarea').first().inputValue(), FIRST)
    assert.equal(await phone.screen.locator('.wx-image, wx-image').count(), 2)
    await phone.tap('重新写')
    await phone.dialog('重新写')
    await phone.seesNot('已恢复上次没写完的内容')
  })

  it('a report that the server refuses comes back with the reason and can be corrected', async () => {
    const phone = await stage().phone({ role: 'delegate', level: 'city', area: '孟津区' })
    phone.expect(/status of 422/)
    await phone.tap('随手拍')
    await phone.write('发生了什么？有什么影响？', '坏了')
    await phone.tap('提交')
    await phone.sees('请用至少 4 个字说明问题')
    await phone.write('发生了什么？有什么影响？', `井盖松动\u0007${'，'.repeat(3)}`)
    await phone.tap('提交')
    await phone.sees('含有无法保存的字符')
    await phone.write('发生了什么？有什么影响？', FIRST)
    await phone.tap('提交')
    await phone.sees('有进展会通知您')
  })

  it('an expired token is renewed once for many calls, and a lost session is opened again unseen', async () => {
    const person = await stage().people.find({ role: 'delegate', level: 'city', area: '洛龙区' })
    const phone = await stage().phone(person)
    await phone.sees(`${person.name} 代表`)
    phone.expect(/status of 401/)
    await stage().people.advance(1)
    const before = stage().server.requests.length
    await phone.tab('工单')
    await phone.sees('没有正在办理的工单')
    await phone.tab('消息')
    await phone.sees('消息提醒设置')
    const refreshes = stage()
      .server.requests.slice(before)
      .filter((request) => request.path === '/api/v1/sessions/refresh')
    assert.equal(refreshes.length, 1)

    const delegate = await stage().people.signIn(person)
    await fetch(`${stage().product.origin}/api/v1/sessions`, { method: 'DELETE', headers: { authorization: `Bearer ${delegate.token}` } })
    await phone.tab('工单')
    await phone.sees('没有正在办理的工单')
    await phone.tab('我的')
    await phone.sees(person.name)
    assert.ok(
      stage()
        .server.requests.slice(before)
        .some((request) => request.path === '/api/v1/sessions' && request.method === 'POST'),
      'signed in again by WeChat',
    )
  })

  it('without a network a page says so, and shows its content once it can', async () => {
    const phone = await stage().phone({ role: 'delegate', level: 'city', area: '新安县' })
    await phone.sees('目前没有正在办理的工单')
    await phone.offline(true)
    await phone.tab('工单')
    await phone.sees('网络连接不上')
    await phone.shot(stage().shots, 'orders-offline')
    await phone.offline(false)
    await phone.tap('再试一次')
    await phone.sees('没有正在办理的工单')
    await phone.shot(stage().shots, 'orders-empty')
  })
}
