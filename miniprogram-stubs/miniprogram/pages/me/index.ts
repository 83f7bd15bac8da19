import { refreshUnread } from '../../services/notices'
import { dialHotline } from '../../services/hotline'
import { fetchMe, roleWords } from '../../services/people'
import { errorCode, errorMessage } from '../../services/problem'
import { changeSettings, pageStyle, settings } from '../../services/settings'
import { definePage } from '../../services/page'
import { NOT_BOUND, me, type Me } from '../../services/session'

definePage({
  data: {
    name: '',
    role: '',
    place: '',
    phone: '',
    problem: '',
    largeType: false,
    signedOut: false,
    delegate: false,
  },
  onShow() {
    this.setData({ largeType: settings().largeType })
    const known = me()
    if (known !== undefined) this.showPerson(known)
    void this.load()
  },
  async load() {
    try {
      this.showPerson(await fetchMe())
      this.setData({ problem: '' })
      void refreshUnread()
    } catch (error) {
      if (errorCode(error) === NOT_BOUND) this.setData({ signedOut: true })
      else this.setData({ problem: errorMessage(error) })
    }
  },
  showPerson(person: Me) {
    const place = [person.electoral_unit, person.role === 'handler' ? undefined : person.area?.name].filter(Boolean).join(' · ')
    this.setData({ name: person.name, role: roleWords(person), place, phone: person.phone_masked, signedOut: false, delegate: person.role === 'delegate' })
  },
  call() {
    dialHotline()
  },
  changeType(event: WechatMiniprogram.SwitchChange) {
    changeSettings({ largeType: event.detail.value })
    this.setData({ largeType: event.detail.value, pageStyle: pageStyle() })
  },
})
