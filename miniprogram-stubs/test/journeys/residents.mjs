// Residents without an account, and the first page of whoever opens the mini-program: nobody has to sign in to look.
import assert from 'node:assert/strict'
import { it } from 'node:test'

const MESSAGE = '公交站的座椅断了一条腿，老人坐不了。'
const PLACE = { longitude: 112.395, latitude: 34.655, datum: 'wgs84' }

export default function (stage) {
  /** A site in 涧西区 with one delegate of its own. */
  const site = async (name, delegate) => {
    const admin = await stage().people.signIn({ role: 'admin' })
    const { id } = await delegate.get('/me')
    return admin.post('/sites', { name, kind: 'bus_stop', location: PLACE, category: '占道经营', delegates: [id] })
  }
  const stranger = async () => (await stage().people.all()).find((one) => !one.on_roster)

  it('a resident scans, leaves a message with a photo, and reads the delegate’s answer by the receipt', async () => {
    const delegate = await stage().people.signIn({ role: 'delegate', level: 'city', area: '涧西区' })
    const { code } = await site('牡丹路站', delegate)
    const phone = await stage().phone(await stranger(), { bound: false, at: `pages/site/index?scene=${code}`, answers: { photos: [stage().picture('road')] } })
    await phone.sees('给人大代表留言')
    await phone.shot(stage().shots, 'site-resident')
    await phone.tap('提交留言')
    await phone.sees('请用至少 4 个字')
    await phone.write('请写明在哪里、发生了什么', MESSAGE)
    await phone.write('手机号或其他联系方式', '13800000000')
    await phone.tap('相册')
    await phone.sees('已上传')
    await phone.tap('提交留言')
    await phone.sees('已收到您的留言')
    await phone.shot(stage().shots, 'site-receipt')
    assert.equal(await phone.stored('session'), '', 'nobody was signed in')
    const visits = stage().server.requests.filter((request) => request.path === `/api/v1/sites/${code}/visits`)
    assert.equal(visits.length, 1, 'one visit for the photo and the message')
    await phone.tap('查看进度')
    await phone.sees(/代表尚未处理|正在审核/)

    const reader = await stage().phone(delegate.person)
    await reader.sees('条群众留言等您处理')
    await reader.tap(reader.screen.getByText('条群众留言等您处理').first())
    await reader.sees('牡丹路站')
    await reader.shot(stage().shots, 'site-messages')
    await reader.tap(reader.screen.getByText(MESSAGE).first())
    await reader.sees('13800000000')
    await reader.tap('拨打')
    assert.deepEqual(
      (await reader.calls('makePhoneCall')).map((call) => call.phoneNumber),
      ['13800000000'],
    )
    await reader.tap('答复')
    await reader.tap('发送答复')
    await reader.sees('请写下答复')
    await reader.write('答复留言人', '已请公交公司三天内更换座椅。')
    await reader.shot(stage().shots, 'site-message-answer')
    await reader.tap('发送答复')
    await reader.sees('已答复')

    await stage().people.advance(0.2)
    await phone.tap('查看进度')
    await phone.sees('代表已答复')
    await phone.sees('已请公交公司三天内更换座椅')
    await phone.shot(stage().shots, 'receipt')
  })

  it('a delegate adopts a message as an order, whose progress the resident follows', async () => {
    const delegate = await stage().people.signIn({ role: 'delegate', level: 'county', area: '涧西区' })
    const { code } = await site('武汉路站', delegate)
    const phone = await stage().phone(await stranger(), { bound: false, at: `pages/site/index?code=${code}` })
    await phone.write('请写明在哪里、发生了什么', '流动摊贩占了人行道，推婴儿车过不去。')
    await phone.tap('提交留言')
    await phone.sees('已收到您的留言')

    const reader = await stage().phone(delegate.person)
    reader.expect(/status of 401/)
    await reader.tap(reader.screen.getByText('条群众留言等您处理').first())
    await reader.tap(reader.screen.getByText('武汉路站').first())
    await reader.sees('推婴儿车过不去')
    await reader.tap('采纳')
    await reader.sees('采纳为工单')
    await reader.shot(stage().shots, 'site-message-adopt')
    await reader.tap('生成工单')
    await reader.sees('有进展会通知您')
    const { items } = await delegate.get('/orders?scope=mine')
    assert.deepEqual([items[0].channel, items[0].description], ['scan', '流动摊贩占了人行道，推婴儿车过不去。'])
    await phone.tap('查看进度')
    await phone.sees('代表已采纳')
    await phone.sees('派给承办单位')
  })

  it('a delegate hands a message over to another delegate, who is told and answers it', async () => {
    const keeper = await stage().people.signIn({ role: 'delegate', level: 'city', area: '涧西区' })
    const other = await stage().people.find({ role: 'delegate', level: 'county', area: '涧西区' })
    await stage().people.signIn(other)
    const { code } = await site('西苑路站', keeper)
    const phone = await stage().phone(await stranger(), { bound: false, at: `pages/site/index?code=${code}` })
    await phone.write('请写明在哪里、发生了什么', '站台顶棚漏水，下雨天没处躲。')
    await phone.tap('提交留言')
    await phone.sees('已收到您的留言')

    const reader = await stage().phone(keeper.person)
    await reader.tap(reader.screen.getByText('条群众留言等您处理').first())
    await reader.tap(reader.screen.getByText('西苑路站').first())
    await reader.sees('站台顶棚漏水')
    await reader.tap('转交')
    await reader.sees('对方会收到通知')
    await reader.tap('确认转交')
    await reader.sees('请选择一位代表')
    await reader.choose(other.name)
    await reader.write('请对方做什么', '您分管公交，请处理。')
    await reader.shot(stage().shots, 'site-message-hand-over')
    await reader.tap('确认转交')
    await reader.sees(`转交给${other.name}代表`)

    const colleague = await stage().phone(other)
    await colleague.tab('消息')
    await colleague.tap(colleague.screen.getByText('您分管公交，请处理。').first())
    await colleague.sees('站台顶棚漏水')
    await colleague.tap('答复')
    await colleague.write('答复留言人', '顶棚本周内修好。')
    await colleague.tap('发送答复')
    await colleague.sees('已答复')
    await stage().people.advance(0.2)
    await phone.tap('查看进度')
    await phone.sees('顶棚本周内修好')
  })

  it('whoever tells of an emergency is asked to call', async () => {
    const { code } = await site('太原路站', await stage().people.signIn({ role: 'delegate', level: 'city', area: '涧西区' }))
    const phone = await stage().phone(await stranger(), { bound: false, at: `pages/site/index?code=${code}` })
    await phone.write('请写明在哪里、发生了什么', '站台旁边着火了，浓烟很大，有人被困在里面。')
    await phone.tap('提交留言')
    await phone.sees('已收到您的留言')
    await phone.tap(phone.screen.getByText(/^拨打 1/).first())
    assert.equal((await phone.calls('makePhoneCall')).at(-1).phoneNumber, '119')
    await phone.shot(stage().shots, 'site-emergency')
  })

  it('the same message sent twice is one message, and WeChat without an answer is no obstacle', async () => {
    const delegate = await stage().people.signIn({ role: 'delegate', level: 'provincial', area: '涧西区' })
    const { code } = await site('长安路站', delegate)
    const phone = await stage().phone(await stranger(), { bound: false, at: `pages/site/index?code=${code}`, answers: { login: 'fail' } })
    phone.expect(/Failed to load resource|ERR_|net::/)
    await phone.write('请写明在哪里、发生了什么', MESSAGE)
    const path = `/api/v1/sites/${code}/messages`
    stage().server.loseAnswerTo = (request) => request.method === 'POST' && request.url === path
    await phone.tap('提交留言')
    await phone.sees('网络连接不上')
    stage().server.loseAnswerTo = undefined
    await phone.restart(`pages/site/index?code=${code}`)
    assert.equal(await phone.screen.locator('textarea').first().inputValue(), MESSAGE)
    await phone.tap('提交留言')
    await phone.sees('已收到您的留言')
    const keys = stage()
      .server.requests.filter((request) => request.path === path)
      .map((request) => request.headers['idempotency-key'])
    assert.ok(keys.length >= 2)
    assert.equal(new Set(keys).size, 1)
  })

  it('whoever signs in comes back to the site that was scanned', async () => {
    const { code } = await site('建设路站', await stage().people.signIn({ role: 'delegate', level: 'city', area: '涧西区' }))
    const person = await stage().people.find({ role: 'delegate', level: 'national' })
    const phone = await stage().phone(person, { bound: false, at: `pages/site/index?code=${code}` })
    await phone.tap('我是人大代表，登录后反映')
    await phone.tap('同意隐私指引，验证手机号')
    await phone.sees('建设路站')
    await phone.tap('在这里反映问题')
    await phone.sees('扫码点位')
  })

  it('everything that is open to everybody works without signing in, and 暂不登录 is always there', async () => {
    const phone = await stage().phone(await stranger(), { bound: false, answers: { scan: 'https://example.com/else' } })
    await phone.sees('仅限各级人大代表、承办单位和工作人员')
    await phone.tap('看一件示例工单')
    await phone.sees('这是一件虚构的示例工单')
    await phone.shot(stage().shots, 'example')
    await phone.tap('代表和工作人员登录')
    await phone.sees('第一次使用')
    await phone.tap('暂不登录')
    await phone.sees('扫码留言')
    await phone.tap('扫码留言')
    await phone.page.getByText('这不是代表直通的二维码').waitFor()
    await phone.tap('打电话：12345 热线')
    assert.deepEqual(
      (await phone.calls('makePhoneCall')).map((call) => call.phoneNumber),
      ['12345'],
    )
    const logins = (await phone.calls('login')).length
    for (const name of ['工单', '消息', '我的']) {
      await phone.tab(name)
      await phone.sees('登录后可以查看')
      await phone.shot(stage().shots, `signed-out-${name}`)
    }
    await phone.tab('首页')
    await phone.sees('扫码留言')
    assert.ok((await phone.calls('login')).length <= logins + 3, 'not asked again when the first page is shown again')
    assert.equal((await phone.calls('requestSubscribeMessage')).length, 0)
    await phone.tab('工单')
    await phone.tap('登录')
    await phone.sees('第一次使用')
    await phone.tap('暂不登录')
  })
}
