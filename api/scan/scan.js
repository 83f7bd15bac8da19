"use strict";

const API = "/api/v1";
const at = (id) => document.getElementById(id);
const code = decodeURIComponent(location.pathname.split("/").pop());
// How much a message may have; the server says it with the site.
let limits = null;
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

// Marks a failure after which the request may have been carried out all the same.
function unanswered(error) {
  error.unanswered = true;
  return error;
}

async function call(path, init) {
  let answer;
  try {
    answer = await fetch(API + path, init);
  } catch (_) {
    throw unanswered(new Error("网络不通，请稍后再试，已填写的内容不会丢失。"));
  }
  const body = await answer.json().catch(() => ({}));
  if (answer.ok) return body;
  const error = new Error(body.detail || "系统繁忙，请稍后再试。");
  throw answer.status >= 500 ? unanswered(error) : error;
}

async function open() {
  try {
    const site = await call(`/sites/${encodeURIComponent(code)}`);
    at("name").textContent = site.name;
    at("place").textContent = site.address || (site.area && site.area.name) || "";
    showLimits(site.limits);
    at("form").hidden = false;
  } catch (error) {
    at("name").textContent = "没有这个点位";
    tell(error.message);
  }
}

function showLimits(given) {
  limits = given;
  const { text } = given;
  at("text").minLength = text.min_chars_with_photos;
  at("text").maxLength = text.max_chars;
  at("text").placeholder =
    `请写明在哪里、发生了什么，至少 ${text.min_chars} 个字；有照片时 ${text.min_chars_with_photos} 个字。`;
  at("photos-label").textContent = `照片（可不填，最多 ${given.photos} 张）`;
  at("contact").maxLength = given.contact_chars;
}

async function upload(file) {
  const form = new FormData();
  form.append("file", file);
  const photo = await call(`/sites/${encodeURIComponent(code)}/photos`, { method: "POST", body: form });
  return photo.id;
}

// Photos that are there already are not sent again when the message has to be.
const uploaded = new Map();
// The photos of the message: those of the file field without those that were removed.
let files = [];
// A message that may have arrived has its photos: another message needs copies of its own.
let mayHaveArrived = false;

// Makes the file field hold the chosen photos alone, so that the number it shows is right.
function putFiles() {
  if (files.length === 0) at("photos").value = "";
  try {
    const held = new DataTransfer();
    files.forEach((file) => held.items.add(file));
    at("photos").files = held.files;
  } catch (_) {
    // iOS 12 cannot; the list below the field counts.
  }
}

function showFiles() {
  at("chosen").textContent = "";
  at("chosen").append(
    ...files.map((file) => {
      const line = document.createElement("li");
      line.append(file.name);
      const remove = document.createElement("button");
      remove.type = "button";
      remove.className = "second";
      remove.textContent = "移除";
      remove.setAttribute("aria-label", `移除照片 ${file.name}`);
      remove.addEventListener("click", () => {
        files = files.filter((other) => other !== file);
        putFiles();
        showFiles();
        changed();
        at("photos").focus();
      });
      line.append(remove);
      return line;
    }),
  );
}

async function send(event) {
  event.preventDefault();
  if (files.length > limits.photos) return tell(`照片最多 ${limits.photos} 张。`);
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
    const path = `/sites/${encodeURIComponent(code)}/messages`;
    const left = await call(path, { method: "POST", headers, body }).catch((error) => {
      mayHaveArrived = mayHaveArrived || Boolean(error.unanswered);
      throw error;
    });
    at("receipt").textContent = left.receipt;
    at("given").value = left.receipt;
    warn(left.emergency);
    at("left").hidden = false;
    at("form").reset();
    at("form").hidden = true;
    files = [];
    showFiles();
    changed();
    uploaded.clear();
  } catch (error) {
    tell(error.message);
  } finally {
    at("send").disabled = false;
  }
}

// Nobody reads a message at once: who tells of an emergency has to call.
function warn(emergency) {
  at("emergency").hidden = !emergency;
  if (!emergency) return;
  at("danger").textContent = emergency.message;
  at("dial").textContent = `拨打 ${emergency.call}`;
  at("dial").href = `tel:${emergency.call}`;
}

function day(text) {
  return text.slice(0, 16).replace("T", " ");
}

async function look(event) {
  event.preventDefault();
  tell("");
  try {
    const found = await call(`/site-messages/receipts/${encodeURIComponent(at("given").value.trim())}`);
    at("state").textContent = found.title;
    at("said").textContent = `${day(found.created_at)} 您在“${found.site.name}”留言：${found.text}`;
    const order = found.order;
    at("answer").textContent = found.answer || (order && order.public_reply) || "";
    const steps = order ? order.steps : [];
    at("steps").textContent = "";
    at("steps").append(
      ...steps.map((step) => {
        const line = document.createElement("li");
        line.textContent = `${day(step.at)} ${step.title}`;
        return line;
      }),
    );
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
function changed() {
  key = newKey();
  if (mayHaveArrived) uploaded.clear();
  mayHaveArrived = false;
}
for (const change of ["input", "change"]) at("form").addEventListener(change, changed);
at("photos").addEventListener("change", () => {
  files = Array.from(at("photos").files);
  showFiles();
});
at("form").addEventListener("submit", send);
at("look").addEventListener("submit", look);
at("copy").addEventListener("click", copy);
open();
