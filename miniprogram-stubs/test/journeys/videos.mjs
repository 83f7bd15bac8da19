// A short video with a report: chosen, checked, kept while there is no network, sent once, played after a person has looked.
import assert from 'node:assert/strict'
import { it } from 'node:test'

const MANY = 500
const WORDS = '井盖被压坏，车辆经过时翘起，有视频为证。'

async function write(phone) {
  await phone.tap('随手拍')
  await phone.sees('误差约 12 米')
  await phone.write('发生了什么？有什么影响？', WORDS)
}

/** The operator decides, and the job that tells the video of it has run. */
async function decide(stage, delegate, number, result) {
  const operator = await stage.people.signIn({ role: 'operator' })
  const { items } = await operator.get('/content-reviews')
  const waiting = items.filter((item) => item.subject === 'video')
  assert.equal(waiting.length, 1)
  await operator.post(`/content-reviews/${waiting[0].id}/decision`, { result })
  for (let asked = 0; asked < MANY && (await delegate.order(number)).video.review !== result; asked += 1);
}

export default function (stage) {
  it('a short video goes with a report, waits for a person, and is played on the order', async () => {
    const person = await stage().people.find({ role: 'delegate', level: 'city', area: '涧西区' })
    const phone = await stage().phone(person, { answers: { video: stage().video() } })
    await write(phone)
    await phone.sees('可以加一段 30 秒以内的视频')
    await phone.tap('拍视频')
    await phone.sees('视频 12 秒，已上传')
    await phone.shot(stage().shots, 'snap-video')
    await phone.tap('提交')
    await phone.sees('有进展会通知您')
    await phone.sees('短视频 12 秒 · 等待人工审核')
    assert.equal(await phone.screen.locator('video').count(), 0, 'not played before a person has looked')
    const delegate = await stage().people.signIn(person)
    const [order] = (await delegate.get('/orders?scope=mine')).items.filter((item) => item.description === WORDS)
    await decide(stage(), delegate, order.number, 'pass')
    await phone.go(`/pages/order/index?number=${order.number}`)
    await phone.sees('短视频 12 秒 · 已通过审核')
    assert.match(await phone.screen.locator('video').first().getAttribute('src'), /^http/)
    await phone.shot(stage().shots, 'order-video')
  })

  it('a video that is too long or too large is said at once and not kept', async () => {
    const phone = await stage().phone({ role: 'delegate', level: 'county', area: '涧西区' }, { answers: { video: stage().video(45) } })
    await write(phone)
    await phone.tap('拍视频')
    await phone.dialog('知道了')
    await phone.page.evaluate((video) => (window.phone.answers.video = video), stage().video(20, 'heavy'))
    await phone.tap('拍视频')
    await phone.dialog('知道了')
    await phone.page.evaluate((video) => (window.phone.answers.video = video), stage().video())
    await phone.page.evaluate(() => (window.phone.limits.savedFiles = 10))
    await phone.tap('拍视频')
    await phone.dialog('知道了')
    await phone.sees('拍视频')
    assert.deepEqual(await phone.page.evaluate(() => window.phone.savedFiles()), {})
  })

  it('a video chosen without a network is kept, sent later, and leaves no file behind', async () => {
    const person = await stage().people.find({ role: 'delegate', level: 'city', area: '老城区' })
    const phone = await stage().phone(person, { answers: { video: stage().video() } })
    phone.expect(/Failed to load resource|ERR_|net::/)
    await write(phone)
    await phone.offline(true)
    await phone.tap('拍视频')
    await phone.sees('没传上')
    await phone.tap('提交')
    await phone.sees('视频还没有上传')
    await phone.restart('pages/drafts/index')
    await phone.sees('发送成功', 30_000)
    const delegate = await stage().people.signIn(person)
    const { items } = await delegate.get('/orders?scope=mine')
    const order = items.find((item) => item.description === WORDS)
    assert.equal((await delegate.order(order.number)).video.review, 'unavailable')
    assert.deepEqual(await phone.page.evaluate(() => window.phone.savedFiles()), {})
  })
}
