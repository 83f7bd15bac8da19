// The one screen, live: the stream brings the board as the server draws it; only the parts that differ are exchanged.
(() => {
  const screen = document.querySelector("[data-screen]");
  if (!screen) return;
  const board = screen.querySelector("[data-board]");
  const live = screen.querySelector("[data-live]");
  const wall = document.documentElement.hasAttribute("data-wall");
  const say = (text, on) => {
    if (live.textContent !== text) live.textContent = text;
    live.toggleAttribute("data-on", on);
  };

  // Parts as the server drew them: what a script made of them since is no difference.
  const drawn = new Map();
  const show = (html) => {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    for (const part of fresh.querySelectorAll("[data-part]")) {
      const held = board.querySelector(`[data-part="${part.dataset.part}"]`);
      const before = drawn.get(part.dataset.part) || (held && held.innerHTML);
      if (!held || before === part.innerHTML) continue;
      drawn.set(part.dataset.part, part.innerHTML);
      // Keyboard users keep their focus.
      const focused = held.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      const open = [...held.querySelectorAll("details")].map((one) => one.open);
      held.innerHTML = part.innerHTML;
      held.toggleAttribute("data-empty", part.hasAttribute("data-empty"));
      held.querySelectorAll("details").forEach((one, index) => (one.open = Boolean(open[index])));
      const again = focused && held.querySelector(`[href="${CSS.escape(focused)}"]`);
      if (again) again.focus({ preventScroll: true });
      document.dispatchEvent(new CustomEvent("board:changed"));
      if (part.dataset.part === "now") continue;
      held.classList.remove("fresh");
      requestAnimationFrame(() => held.classList.add("fresh"));
    }
  };

  // A past span does not change.
  const stream = screen.dataset.stream;
  let source = null;
  const connect = () => {
    source = new EventSource(stream);
    source.addEventListener("board", (event) => {
      say("实时", true);
      show(event.data);
    });
    source.addEventListener("over", () => {
      source.close();
      // Signed out, or the server goes down: the page itself finds out which.
      setTimeout(() => location.reload(), 3000);
    });
    source.onerror = () => say("连接中断，正在重连", false);
  };
  // A browser has six connections to a server: a tab that nobody sees takes none, and gives its one back.
  if (stream && !document.hidden) connect();
  document.addEventListener("visibilitychange", () => {
    if (!stream) return;
    if (source) source.close();
    if (!document.hidden) connect();
  });
  addEventListener("pagehide", () => source && source.close());
  addEventListener("pageshow", (event) => event.persisted && stream && !document.hidden && connect());

  // A county is outlined in both drawings.
  board.addEventListener("mouseover", (event) => {
    const county = event.target.closest && event.target.closest("[data-area]");
    const code = county ? county.dataset.area : undefined;
    for (const other of board.querySelectorAll("[data-area]")) {
      other.classList.toggle("near", other.dataset.area === code);
    }
  });

  // On the wall two places take turns, cards without content are passed over, and lists that are longer than their card
  // go on by pages.
  if (!wall) return;
  const EVERY = 12000;
  const rows = (card) => [...card.querySelectorAll(".lines > li, tbody > tr")];
  // Shows the rows from this one on that fit, and says which comes next.
  const showPage = (card, from) => {
    const all = rows(card);
    all.forEach((row, index) => row.classList.toggle("later", index < from));
    const bottom = card.getBoundingClientRect().bottom - 8;
    let next = all.length;
    all.forEach((row, index) => {
      if (index < from || next < all.length) return row.classList.toggle("later", true);
      if (index > from && row.getBoundingClientRect().bottom > bottom) {
        next = index;
        row.classList.add("later");
      }
    });
    return next < all.length ? next : 0;
  };
  // The next page of each card, and the first row of the one that is shown.
  const pages = new Map();
  const shown = new Map();
  const turnTo = (card, wanted) => {
    const name = card.dataset.part;
    const from = Math.min(wanted || 0, Math.max(rows(card).length - 1, 0));
    shown.set(name, from);
    pages.set(name, showPage(card, from));
    return pages.get(name);
  };
  const turnPage = (card) => turnTo(card, pages.get(card.dataset.part));
  // News bring new rows: the page that is shown is cut to its card again.
  document.addEventListener("board:changed", () => {
    for (const [name, from] of [...shown]) turnTo(board.querySelector(`[data-part="${name}"]`), from);
  });
  // A card of a place stays until all of its pages were shown.
  const place = (name) => {
    let turn = -1;
    let more = 0;
    return () => {
      const cards = [...board.querySelectorAll(`[data-turn="${name}"]`)];
      const full = cards.filter((card) => !card.hasAttribute("data-empty"));
      const turning = full.length > 0 ? full : cards.slice(0, 1);
      if (more === 0) turn = (turn + 1) % turning.length;
      const now = turning[turn % turning.length];
      cards.forEach((card) => card.classList.toggle("rest", card !== now));
      more = turnPage(now);
    };
  };
  const places = [place("a"), place("b"), () => turnPage(board.querySelector('[data-part="nearest"]'))];
  const next = () => places.forEach((go) => go());
  next();
  setInterval(next, EVERY);
})();
