const NUMBER = '12345'

/** Opens the dialler with a number; nothing happens when the person goes back. */
export function dial(phoneNumber: string): void {
  void wx.makePhoneCall({ phoneNumber }).catch(() => undefined)
}

export function dialHotline(): void {
  dial(NUMBER)
}
