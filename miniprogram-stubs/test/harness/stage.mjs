// What a journey plays on: the real server, the compiled mini-program, the people, and phones for them.
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { compile } from '../compile/index.mjs'
import { FLAGS, Handset } from './handset.mjs'
import { People } from './people.mjs'
import { drawPictures } from './pictures.mjs'
import { Product } from './product.mjs'
import { writeVideo } from './videos.mjs'
import { serve } from './server.mjs'

const project = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')

/** Jianxi district, on land; as a phone's fix says it. */
export const JIANXI = { longitude: 112.395, latitude: 34.655, accuracy: 12 }

export class Stage {
  phones = []

  static async set() {
    const stage = new Stage()
    const dist = path.join(project, 'test/.dist')
    const { faults } = await compile(project, dist)
    if (faults.length > 0) throw new Error(`the mini-program does not compile:\n${faults.join('\n')}`)
    stage.product = new Product(process.env.ZHITONG ?? path.join(project, '../target/debug/zhitong'))
    stage.shots = process.env.SHOTS ?? path.join(project, '../test-output/miniprogram')
    await stage.product.start()
    const pictures = path.join(stage.product.folder, 'pictures')
    fs.mkdirSync(pictures)
    stage.server = await serve({ dist, miniprogram: path.join(project, 'miniprogram'), pictures, productPort: stage.product.port })
    stage.browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS })
    await drawPictures(stage.browser, pictures)
    writeVideo(path.join(pictures, 'clip.mp4'))
    writeVideo(path.join(pictures, 'heavy.mp4'), 21 * 1024 * 1024)
    stage.people = new People(stage.product.origin)
    return stage
  }

  picture(name) {
    return `${this.server.origin}/pictures/${name}.jpg`
  }

  /** A video of so many seconds, as the phone's camera gives it. */
  video(duration = 12, name = 'clip') {
    return { address: `${this.server.origin}/pictures/${name}.mp4`, poster: this.picture('road'), duration }
  }

  /** A phone with the mini-program open, held by this person; `bound` says whether his WeChat account is known already. */
  async phone(wanted, { bound = true, answers = {}, ...more } = {}) {
    const person = wanted.openid ? wanted : await this.people.find(wanted)
    if (bound) await this.people.signIn({ openid: person.openid })
    const handset = await Handset.open({
      origin: this.server.origin,
      openid: person.openid,
      answers: {
        privacy: 'agree',
        subscribe: 'accept',
        wechatPhone: person.phone,
        location: JIANXI,
        photos: [this.picture('road'), this.picture('kerb')],
        ...answers,
      },
      ...more,
    })
    this.phones.push(handset)
    return handset
  }

  /** Puts every phone away, and fails where one of them complained. */
  async putAway() {
    const phones = this.phones.splice(0)
    try {
      for (const phone of phones) await phone.assertClean()
    } finally {
      await Promise.all(phones.map((phone) => phone.close()))
    }
  }

  async strike() {
    await Promise.all(this.phones.map((phone) => phone.close()))
    await this.browser?.close()
    this.server?.close()
    await this.product?.remove()
  }
}
