// What notices and pushes open, what the order page offers besides, and what happens to errors that nothing handled.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { REVIEW_CODE } from '../harness/product.mjs'

const PLACE = { longitude: 112.395, latitude: 34.655, datum: 'wgs84' }
const REPORT = '流动摊贩占道经营，人行道走不过去，老人只能走机动车道。'

export default function (stage) {
  const pushes = async (person) => {
    const answer = await fetch(`${stage().product.origin}/sandbox/messages?openid=${person.openid}`)
    const body = await answer.json()
    return body.items ?? body
  }
  const inbox = async (phone, words) => {
    await phone.page.evaluate(() => window.wx.switchTab({ url: '/pages/inbox/index' }))
    await phone.tap(phone.screen.getByText(words).first())
  }

  it('the permission given with a report is used for the first real event, whose message opens the order', async () => {
    await stage().people.daytime()
    const person = await stage().people.find({ role: 'delegate', level: 'county', area: '新安县' })
    const phone = await stage().phone(person)
    await phone.tap('随手拍')
    await phone.sees('误差约 12 米')
    await phone.write('发生了什么？有什么影响？', REPORT)
    await phone.sees('去向')
    await phone.tap('提交')
    await phone.sees('有进展会通知您')
    const asked = (await phone.calls('requestSubscribeMessage')).at(-1).tmplIds
    for (const template of asked) await stage().people.sandbox('/sandbox/subscriptions', { openid: person.openid, template, count: 1 })
    await stage().people.advance(0.1)
    assert.deepEqual(await pushes(person), [], 'the person was looking at the result')
    const delegate = await stage().people.signIn(person)
    const [order] = (await delegate.get('/orders?scope=mine')).items
    const unit = await stage().people.signIn({ role: 'handler', unit: order.unit.name })
    await unit.act(order.number, 'accept')
    await stage().people.advance(0.1)
    const [message] = await pushes(person)
    assert.equal(message.page, `pages/order/index?number=${order.number}`)
    await phone.restart(message.page)
    await phone.sees('办理中')
    await phone.sees('全程留痕')
  })

  it('an order shows its place on the map, leads there, and can be shared without a word of its content', async () => {
    const person = await stage().people.find({ role: 'delegate', level: 'city', area: '栾川县' })
    const before = await stage().people.signIn(person)
    await before.submit({ description: '人行道地砖松动，一踩就溅水。', location: PLACE, category: '占道经营' })
    await stage().people.advance(1)
    // The first token has run out by now.
    const delegate = await stage().people.signIn(person)
    const order = await delegate.submit({ description: REPORT, location: PLACE, category: '占道经营' })
    const phone = await stage().phone(person)
    await phone.go(`/pages/order/index?number=${order.number}`)
    await phone.sees(/地图 34\.65\d+, 112\.4/)
    await phone.sees('这里以前的工单')
    await phone.tap('导航')
    const [opened] = await phone.calls('openLocation')
    assert.ok(Math.abs(opened.longitude - PLACE.longitude) < 0.01 && opened.longitude !== PLACE.longitude, 'on WeChat’s map')
    const card = await phone.page.evaluate(() => window.phone.router.top.instance.onShareAppMessage())
    assert.deepEqual(card, { title: `工单 ${order.number}`, path: `/pages/order/index?number=${order.number}` })

    const stranger = await stage().phone({ role: 'delegate', level: 'county', area: '汝阳县' }, { at: card.path.slice(1) })
    stranger.expect(/status of 404/)
    await stranger.sees('再试一次')
    await stranger.seesNot('流动摊贩')
  })

  it('notices of documents, measures, matters and reports open their pages', async () => {
    const city = await stage().people.signIn({ role: 'supervisor', level: 'city' })
    const unit = await stage().people.find({ role: 'handler', unit: '涧西区人民政府' })
    const county = await stage().people.find({ role: 'supervisor', level: 'county', area: '涧西区' })
    await stage().people.signIn(county)
    const area = '涧西区'
    const { items: committees } = await city.get('/committees')
    const matter = await city.post('/campaigns', {
      title: '占道经营专项监督',
      purpose: '摸清底数，疏堵结合。',
      area,
      committee: committees[0].name ?? committees[0],
    })
    const due = new Date(Date.now() + 30 * 86_400_000).toISOString()
    const opinion = await city.post(`/campaigns/${matter.id}/opinions`, {
      kind: 'opinion',
      to_unit: unit.unit,
      title: '关于占道经营治理的审议意见',
      text: '请统筹规划便民疏导点。\n请书面答复。',
      due_at: due,
    })
    await city.post(`/campaigns/${matter.id}/measures`, { text: '划定三处便民疏导点。', unit: unit.unit, due_at: due })

    const desk = await stage().phone(unit)
    await inbox(desk, '收到人大常委会文件')
    await desk.sees('关于占道经营治理的审议意见')
    await desk.sees('请统筹规划便民疏导点。')
    await desk.tap('提交答复')
    await desk.sees('请写下答复')
    await desk.write('逐条写明办理情况和下一步安排', '已选定三处疏导点，月底前启用。')
    await desk.shot(stage().shots, 'opinion')
    await desk.tap('提交答复')
    await desk.sees('待审阅')
    assert.equal((await city.get(`/opinions/${opinion.no}`)).reply.text, '已选定三处疏导点，月底前启用。')
    await inbox(desk, '有新的整改任务')
    await desk.sees('划定三处便民疏导点。')
    await desk.tap('报告完成情况')
    await desk.write('写明做了什么、结果如何', '三处疏导点已启用。')
    await desk.shot(stage().shots, 'measures')
    await desk.tap(desk.screen.getByText('提交', { exact: true }).last())
    await desk.sees('待核验')

    const watch = await stage().phone(county)
    await inbox(watch, '启动专项监督')
    await watch.sees('占道经营专项监督')
    await watch.sees('关于占道经营治理的审议意见')
    await watch.sees('划定三处便民疏导点。')
    await watch.shot(stage().shots, 'matter')
    const report = await (await stage().people.signIn(county)).post('/insight-reports', { kind: 'weekly' })
    await stage().people.advance(0.1)
    await inbox(watch, '分析报告草稿已生成')
    await watch.sees(report.title)
    await watch.shot(stage().shots, 'report')
  })

  it('notices of a hot topic and of an inspection open their pages', async () => {
    const people = stage().people
    const told = ['水发浑', '断水两天', '水量小', '的水有泥沙', '隔天才来水', '接的水一股铁锈味']
    // Whom no other journey asks for: the clock goes back when the server starts again, so these orders stay the newest.
    for (const [nth, what] of told.entries()) {
      const delegate = await people.signIn({ role: 'delegate', level: ['city', 'county', 'township'][nth % 3], area: '瀍河回族区' })
      await delegate.submit({ description: `村里饮水安全工程${what}，村民吃水困难。`, location: PLACE, category: '农村饮水' })
    }
    const county = await people.find({ role: 'supervisor', level: 'county', area: '涧西区' })
    const committee = await people.signIn(county)
    const list = await committee.post('/watch-lists', { title: '夜间施工噪声重点监管名单' })
    await committee.post(`/watch-lists/${list.id}/entries`, {
      subject: '和顺园小区旁工地',
      place: PLACE,
      owner_unit: '涧西区人民政府',
      reason: '夜间施工反复。',
      reinspect_every_days: 1,
    })
    await people.night()

    const watch = await stage().phone(county)
    await inbox(watch, '重点监管对象到期复查')
    await watch.sees('夜间施工噪声重点监管名单')
    await watch.sees('和顺园小区旁工地')
    await watch.shot(stage().shots, 'watch-list')
    await inbox(watch, /饮水.*近期明显增多/)
    await watch.sees('有关工单')
    await watch.shot(stage().shots, 'topic')
    await watch.tap(watch.screen.getByText(/^T\d{14}$/).last())
    await watch.sees('全程留痕')
  })

  it('an error that nothing handled is reported, without a number or a name', async () => {
    const phone = await stage().phone({ role: 'delegate', level: 'county', area: '宜阳县' })
    phone.expect(/boom/)
    await phone.sees('随手拍')
    await phone.page.evaluate(() => {
      setTimeout(() => {
        throw new Error('boom 13800001111 张三')
      })
    })
    await phone.page.waitForFunction(() => window.phone.called('request').some((call) => call.options.url.endsWith('/client-errors')))
    const sent = () => stage().server.requests.find((request) => request.path === '/api/v1/client-errors')
    for (let i = 0; i < 40 && sent()?.status !== 204; i += 1) await phone.page.waitForTimeout(100)
    assert.equal(sent().status, 204)
    assert.equal(sent().headers.authorization, undefined, 'nobody is named')
    assert.equal(JSON.parse(sent().words).page, 'pages/home/index')
  })

  it('WeChat’s reviewers see a fiction with their code, and nobody is signed in by it', async () => {
    const stranger = (await stage().people.all()).find((one) => !one.on_roster)
    const phone = await stage().phone(stranger, { bound: false, at: 'pages/review/index' })
    phone.expect(/status of 422/)
    await phone.write('审核码', 'wrong-code')
    await phone.tap('查看')
    await phone.sees('审核码不对')
    await phone.write('审核码', REVIEW_CODE)
    await phone.tap('查看')
    await phone.sees('示例代表')
    await phone.sees('都不是真实的')
    await phone.shot(stage().shots, 'review')
    assert.equal(await phone.stored('session'), '')
  })
}
