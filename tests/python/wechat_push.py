"""Push messages made and read by an independent implementation (wechatpy): it encrypts, signs, and reads our replies.

    wechat_push.py BASE_URL TOKEN ENCODING_AES_KEY APP_ID

Without arguments it takes the product that tests/run starts.
"""

import json
import os
import sys
import time
import uuid
import xml.etree.ElementTree as ElementTree
from datetime import datetime

import requests
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner

SESSION = requests.Session()
SESSION.trust_env = False


def arguments():
    if len(sys.argv) == 5:
        return sys.argv[1:]
    key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
    return [os.environ["TEST_BASE_URL"], "testtoken", key, "wxsandbox00000000"]


def check(what, holds, seen=""):
    if not holds:
        sys.exit(f"wechat_push: {what}: {seen}")


def sign(*parts):
    signer = WeChatSigner()
    signer.add_data(*parts)
    return signer.signature


class Product:
    """The push address as WeChat sees it."""

    def __init__(self, base, token, key, app_id):
        self.url, self.token, self.app_id = f"{base}/wechat/push", token, app_id
        self.crypto = WeChatCrypto(token, key, app_id)
        clock = SESSION.get(f"{base}/sandbox/clock", timeout=10)
        # The sandbox has a clock of its own; a live product has the real time.
        self.offset = 0
        if clock.ok:
            self.offset = datetime.fromisoformat(clock.json()["now"]).timestamp() - time.time()

    def stamp(self):
        return str(int(time.time() + self.offset)), uuid.uuid4().hex[:10]

    def echo(self, signature=None):
        timestamp, nonce = self.stamp()
        query = {"timestamp": timestamp, "nonce": nonce, "echostr": "4375120948345356249"}
        query["signature"] = signature or sign(self.token, timestamp, nonce)
        return SESSION.get(self.url, params=query, timeout=10)

    def push(self, message, as_xml, spoil=lambda query: None, beside=None):
        timestamp, nonce = self.stamp()
        # wechatpy wraps in XML; its ciphertext and signature are the same for JSON.
        wrapped = self.crypto.encrypt_message(message, nonce, timestamp)
        fields = {child.tag: child.text for child in ElementTree.fromstring(wrapped)}
        query = {"timestamp": timestamp, "nonce": nonce, "encrypt_type": "aes"}
        query["signature"] = sign(self.token, timestamp, nonce)
        query["msg_signature"] = fields["MsgSignature"]
        spoil(query)
        if as_xml:
            body = f"<xml><ToUserName><![CDATA[gh]]></ToUserName><Encrypt><![CDATA[{fields['Encrypt']}]]></Encrypt></xml>"
        else:
            body = json.dumps({"ToUserName": "gh", **(beside or {}), "Encrypt": fields["Encrypt"]})
        return SESSION.post(self.url, params=query, data=body.encode(), timeout=10)

    def open(self, reply, as_xml):
        """Decrypts our reply the way an official client would: signature first."""
        if as_xml:
            fields = {child.tag: child.text for child in ElementTree.fromstring(reply)}
        else:
            fields = json.loads(reply)
        wrapped = f"<xml><Encrypt><![CDATA[{fields['Encrypt']}]]></Encrypt></xml>"
        opened = self.crypto.decrypt_message(
            wrapped, fields["MsgSignature"], str(fields["TimeStamp"]), fields["Nonce"]
        )
        return opened if isinstance(opened, str) else opened.decode()


def message(event, text, as_xml):
    fields = {"ToUserName": "gh", "FromUserName": "oPYTHON", "CreateTime": 1, "MsgType": "event"}
    fields.update({"Event": event, "debug_str": text})
    if not as_xml:
        return json.dumps(fields, ensure_ascii=False)
    inner = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())
    return f"<xml>{inner}</xml>"


def same_push_again(product):
    """WeChat tries three times; each has another nonce, and so another ciphertext."""
    for as_xml in (False, True):
        again = message("some_event", "again", as_xml)
        for _ in range(3):
            answer = product.push(again, as_xml)
            check("a repeat is answered like the first", (answer.status_code, answer.text) == (200, "success"), answer.text)


def lists_and_numbers(product):
    """One entry is an object and several are an array; numbers come as numbers and as text."""
    entry = {"TemplateId": "t", "SubscribeStatusString": "accept", "PopupScene": "0"}
    for listed in (entry, [entry, dict(entry, PopupScene=0)]):
        for second in (1714112445, "1714112446"):
            event = {"FromUserName": "oPYTHON", "CreateTime": second, "MsgType": "event"}
            event.update({"Event": "subscribe_msg_popup_event", "List": listed})
            answer = product.push(json.dumps(event), False)
            check("a consent is taken", (answer.status_code, answer.text) == (200, "success"), answer.text)
    one = "<List><TemplateId><![CDATA[t]]></TemplateId><SubscribeStatusString>accept</SubscribeStatusString></List>"
    for lists in (one, one + one):
        event = (
            "<xml><FromUserName><![CDATA[oPYTHON]]></FromUserName><CreateTime>1714112447</CreateTime>"
            "<Event><![CDATA[subscribe_msg_popup_event]]></Event>"
            f"<SubscribeMsgPopupEvent>{lists}</SubscribeMsgPopupEvent></xml>"
        )
        answer = product.push(event, True)
        check("a consent in XML is taken", (answer.status_code, answer.text) == (200, "success"), answer.text)


def beside_the_envelope(product):
    """Compatible mode shows the content in the open too, and nobody signs that."""
    answer = product.push(message("debug_demo", "hello", False), False, beside={"Event": "forged"})
    check("what is sealed counts, not what stands beside it", "Encrypt" in answer.text, answer.text)
    answer = product.push(message("some_event", "x", False), False, beside={"Event": "debug_demo"})
    check("what stands beside it is not answered", answer.text == "success", answer.text)


def unreadable(product):
    for inside in ("neither one nor the other", '<!DOCTYPE x [<!ENTITY e "1">]><xml><Event>&e;</Event></xml>'):
        answer = product.push(inside, False)
        check("what cannot be read is refused", answer.status_code == 400, answer.text)


def main():
    base, token, key, app_id = arguments()
    product = Product(base, token, key, app_id)

    echoed = product.echo()
    check("the address check is echoed", echoed.status_code == 200 and echoed.text == "4375120948345356249", echoed.text)
    check("a false address check is refused", product.echo("0" * 40).status_code == 403)

    for as_xml in (False, True):
        # Every length of padding, several times over, and Chinese.
        for length in range(40):
            text = uuid.uuid4().hex + "路" * length
            answer = product.push(message("some_event", text, as_xml), as_xml)
            check(f"a push of {length} is taken", (answer.status_code, answer.text) == (200, "success"), answer.text)
        answer = product.push(message("debug_demo", "hello", as_xml), as_xml)
        check("our reply is sealed", "Encrypt" in answer.text, answer.text)
        opened = product.open(answer.text, as_xml)
        check("our reply can be read", "good luck" in opened, opened)

        def wrong(query):
            query["msg_signature"] = "0" * 40

        refused = product.push(message("some_event", "x", as_xml), as_xml, wrong)
        check("a wrong signature is refused", refused.status_code == 403, refused.text)

        def late(query):
            query["timestamp"] = str(int(query["timestamp"]) + 1)

        refused = product.push(message("some_event", "x", as_xml), as_xml, late)
        check("another timestamp is refused", refused.status_code == 403, refused.text)

    same_push_again(product)
    lists_and_numbers(product)
    beside_the_envelope(product)
    unreadable(product)

    other = Product(base, token, key, app_id)
    other.crypto = WeChatCrypto(token, key, "wxsomebodyelse")
    refused = other.push(message("some_event", "x", False), False)
    check("another appid's message is refused", refused.status_code == 403, refused.text)
    print("wechat_push: ok")


if __name__ == "__main__":
    main()
