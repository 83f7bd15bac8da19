// The operators' desk: rows and suggestions by keyboard, and what arrives is shown without moving whoever is reading.
(() => {
  const desk = document.querySelector("[data-desk]");
  const matter = document.querySelector("[data-matter]");
  if (!desk && !matter) return;
  const typing = (target) => target.matches("input:not([type=radio]):not([type=checkbox]), textarea, select");

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "Escape" && matter) {
      // The first press leaves the field being edited, a second one the page.
      if (typing(event.target)) return event.target.blur();
      const release = document.querySelector("[data-release]");
      if (release) return release.requestSubmit();
      const back = document.querySelector("[data-back]");
      return back && back.click();
    }
    if (typing(event.target)) return;
    if (/^[1-9]$/.test(event.key)) {
      const nth = (selector) => document.querySelectorAll(selector)[event.key - 1];
      const chosen = desk ? nth(".tabs a") : nth(".move[open] [data-keys] input");
      if (!chosen) return;
      event.preventDefault();
      chosen.focus();
      chosen.click();
    }
    const link = desk && document.querySelector(`[data-shortcut="${event.key}"]`);
    if (link && /^[a-z]$/.test(event.key)) {
      event.preventDefault();
      return link.click();
    }
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    if (!desk || !step) return;
    const rows = [...desk.querySelectorAll("[data-row]")];
    if (rows.length === 0) return;
    event.preventDefault();
    const at = rows.indexOf(document.activeElement);
    rows[at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1)].focus();
  });
  // Typing renews the operator's claim before it expires.
  const claim = matter && document.querySelector("[data-release]");
  let claimed = Date.now();
  const renew = async () => {
    if (Date.now() - claimed < 300000) return;
    claimed = Date.now();
    const body = new URLSearchParams(new FormData(claim));
    const answer = await fetch(claim.action.replace(/release$/, "open"), { method: "POST", body });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const until = page.querySelector("[data-until]");
    if (until) document.querySelector("[data-until]").textContent = until.textContent;
  };
  // Without a connection the claim stays as it is; the next stroke tries again.
  if (claim) addEventListener("input", () => renew().catch(() => (claimed = 0)));
  if (!desk) return;

  const news = document.querySelector("[data-news]");
  const keyed = (list) => new Map([...(list ? list.children : [])].map((row) => [row.dataset.key, row]));

  // Rows are exchanged one by one; the one that has the focus stays as it is.
  const merge = (list, fresh) => {
    const held = keyed(list);
    const wanted = keyed(fresh);
    let arrived = 0;
    let before = null;
    for (const [key, row] of wanted) {
      let shown = held.get(key);
      if (!shown) {
        row.classList.add("fresh");
        arrived += 1;
        shown = row;
      } else if (shown.innerHTML !== row.innerHTML && !shown.contains(document.activeElement)) {
        shown.replaceWith(row);
        shown = row;
      }
      if (!shown.isConnected || shown.previousElementSibling !== before) {
        // Moving what has the focus would lose it.
        if (!shown.contains(document.activeElement)) before ? before.after(shown) : list.prepend(shown);
      }
      before = shown;
    }
    for (const [key, row] of held) {
      if (wanted.has(key)) continue;
      if (row.contains(document.activeElement)) row.classList.add("gone");
      else row.remove();
    }
    return arrived;
  };

  // An emergency is heard once when it arrives, and once when the page is opened. Browsers allow a sound only after the
  // operator has used the page; the mark in the row and the title show it in any case.
  const heard = new Set();
  const alarm = () => {
    const rows = [...desk.querySelectorAll("[data-emergency]")];
    const fresh = rows.filter((row) => !heard.has(row.dataset.key));
    fresh.forEach((row) => heard.add(row.dataset.key));
    document.title = document.title.replace(/^【紧急】/, "");
    if (rows.length > 0) document.title = `【紧急】${document.title}`;
    if (fresh.length === 0) return;
    news.textContent = `紧急情况 ${fresh.length} 件，请立即处理`;
    const audio = new AudioContext();
    [0, 0.4, 0.8].forEach((start) => {
      const tone = audio.createOscillator();
      tone.frequency.value = 880;
      tone.connect(audio.destination);
      tone.start(audio.currentTime + start);
      tone.stop(audio.currentTime + start + 0.25);
    });
    setTimeout(() => audio.close(), 2000);
  };

  const show = (html) => {
    const part = document.createElement("div");
    part.innerHTML = html;
    const tabs = [...desk.querySelectorAll(".tabs b")];
    part.querySelectorAll(".tabs b").forEach((count, at) => {
      if (tabs[at] && tabs[at].textContent !== count.textContent) tabs[at].textContent = count.textContent;
    });
    const list = desk.querySelector("[data-waiting]");
    const fresh = part.querySelector("[data-waiting]");
    if (list && fresh) {
      const arrived = merge(list, fresh);
      if (arrived > 0) news.textContent = `新到 ${arrived} 件`;
      return;
    }
    // From nothing to something, or the other way: only where nobody reads in it.
    if (desk.contains(document.activeElement)) return;
    if (Boolean(list) === Boolean(fresh)) return;
    desk.innerHTML = html;
    if (fresh) news.textContent = `新到 ${fresh.children.length} 件`;
  };

  let waiting = null;
  const look = async () => {
    waiting = null;
    if (document.hidden) return;
    try {
      const answer = await fetch(location.href, { headers: { "X-Part": "desk" } });
      if (answer.redirected) return location.reload();
      if (answer.ok) show(await answer.text());
    } catch (_) {
      news.textContent = "连接中断，正在重试";
    }
  };
  const soon = (after) => {
    if (waiting === null) waiting = setTimeout(look, after);
  };
  // The stream tells of orders; messages, reviews and the claims of others have no news of their own.
  setInterval(() => soon(0), 15000);
  let source = null;
  const connect = () => {
    source = new EventSource(desk.dataset.stream);
    for (const name of ["order", "board", "resync"]) source.addEventListener(name, () => soon(800));
    source.addEventListener("over", () => source.close());
  };
  // A browser has six connections to a server: a tab that nobody sees takes none, and gives its one back.
  if (!document.hidden) connect();
  document.addEventListener("visibilitychange", () => {
    if (source) source.close();
    if (document.hidden) return;
    connect();
    soon(0);
  });
  addEventListener("pagehide", () => source && source.close());
  addEventListener("pageshow", (event) => event.persisted && !document.hidden && connect());
})();
