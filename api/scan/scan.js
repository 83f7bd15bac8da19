"use strict";

const API = "/api/v1";
const MAX_PHOTOS = 6;
const STATES = {
  received: "代表尚未处理",
  adopted: "代表已采纳，正在办理",
  answered: "代表已答复",
  refused: "内容不符合规定，未予转交",
};
const STEPS = {
  submitted: "代表提交建议",
  adopted: "代表采纳您的留言",
  triaged: "12345 坐席分派中",
  dispatched: "派给承办单位",
  redispatched: "改派承办单位",
  accepted: "承办单位已签收",
  replied: "承办单位已答复",
  closed: "已办结",
  reopened: "重新办理",
  cancelled: "已撤销",
};

const at = (id) => document.getElementById(id);
const code = decodeURIComponent(location.pathname.split("/").pop());
// One key for one message: sent again after a lost answer, it is the same message.
let key = newKey();

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function tell(text) {
  at("notice").textContent = text;
  at("notice").hidden = !text;
  if (text) at("notice").scrollIntoView({ block: "nearest" });
}

async function call(path, init) {
  let answer;
  try {
    answer = await fetch(API + path, init);
  } catch (_) {
    throw new Error("网络不通，请稍后再试，已填写的内容不会丢失。");
  }
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(body.detail || "系统繁忙，请稍后再试。");
  return body;
}

async function open() {
  try {
    const site = await call(`/sites/${encodeURIComponent(code)}`);
    at("name").textContent = site.name;
    at("place").textContent = site.address || (site.area && site.area.name) || "";
    at("form").hidden = false;
  } catch (error) {
    at("name").textContent = "没有这个点位";
    tell(error.message);
  }
}

async function upload(file) {
  const form = new FormData();
  form.append("file", file);
  const photo = await call(`/sites/${encodeURIComponent(code)}/photos`, { method: "POST", body: form });
  return photo.id;
}

// Photos that are there already are not sent again when the message has to be.
const uploaded = new Map();

async function send(event) {
  event.preventDefault();
  const files = Array.from(at("photos").files);
  if (files.length > MAX_PHOTOS) return tell(`照片最多 ${MAX_PHOTOS} 张。`);
  at("send").disabled = true;
  tell("");
  try {
    const photo_ids = [];
    for (const file of files) {
      const name = `${file.name}/${file.size}/${file.lastModified}`;
      if (!uploaded.has(name)) uploaded.set(name, await upload(file));
      photo_ids.push(uploaded.get(name));
    }
    const body = JSON.stringify({ text: at("text").value, contact: at("contact").value || null, photo_ids });
    const headers = { "Content-Type": "application/json", "Idempotency-Key": key };
    const left = await call(`/sites/${encodeURIComponent(code)}/messages`, { method: "POST", headers, body });
    at("receipt").textContent = left.receipt;
    at("given").value = left.receipt;
    at("left").hidden = false;
    at("form").reset();
    at("form").hidden = true;
    uploaded.clear();
  } catch (error) {
    tell(error.message);
  } finally {
    at("send").disabled = false;
  }
}

function day(text) {
  return text.slice(0, 16).replace("T", " ");
}

async function look(event) {
  event.preventDefault();
  tell("");
  try {
    const found = await call(`/site-messages/receipts/${encodeURIComponent(at("given").value.trim())}`);
    at("state").textContent = found.in_review && found.state === "received" ? "正在审核" : STATES[found.state];
    at("said").textContent = `${day(found.created_at)} 您在“${found.site.name}”留言：${found.text}`;
    const order = found.order;
    at("answer").textContent = found.answer || (order && order.public_reply) || "";
    const steps = order ? order.steps : [];
    at("steps").textContent = "";
    at("steps").append(...steps.map((step) => {
      const line = document.createElement("li");
      line.textContent = `${day(step.at)} ${STEPS[step.action] || "办理中"}`;
      return line;
    }));
    at("progress").hidden = false;
  } catch (error) {
    at("progress").hidden = true;
    tell(error.message);
  }
}

async function copy() {
  try {
    await navigator.clipboard.writeText(at("receipt").textContent);
    at("copy").textContent = "已复制";
  } catch (_) {
    getSelection().selectAllChildren(at("receipt"));
  }
}

// Whatever is changed makes another message: text, contact, or other photos. The first one may have arrived.
for (const change of ["input", "change"]) at("form").addEventListener(change, () => { key = newKey(); });
at("form").addEventListener("submit", send);
at("look").addEventListener("submit", look);
at("copy").addEventListener("click", copy);
open();
