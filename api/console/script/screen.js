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

  const show = (html) => {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    for (const part of fresh.querySelectorAll("[data-part]")) {
      const held = board.querySelector(`[data-part="${part.dataset.part}"]`);
      if (!held || held.innerHTML === part.innerHTML) continue;
      // Keyboard users keep their focus.
      const focused = held.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      held.innerHTML = part.innerHTML;
      const again = focused && held.querySelector(`[href="${CSS.escape(focused)}"]`);
      if (again) again.focus({ preventScroll: true });
      if (part.dataset.part === "now") continue;
      held.classList.remove("fresh");
      requestAnimationFrame(() => held.classList.add("fresh"));
    }
  };

  let source = null;
  const connect = () => {
    source = new EventSource(screen.dataset.stream);
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
  connect();
  // A browser has six connections to a server: a tab that nobody sees gives its one back.
  document.addEventListener("visibilitychange", () => {
    source.close();
    if (!document.hidden) connect();
  });
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => event.persisted && connect());

  // A county is outlined in both drawings.
  board.addEventListener("mouseover", (event) => {
    const county = event.target.closest && event.target.closest("[data-area]");
    const code = county ? county.dataset.area : undefined;
    for (const other of board.querySelectorAll("[data-area]")) {
      other.classList.toggle("near", other.dataset.area === code);
    }
  });

  // On the wall the right column takes turns.
  if (!wall) return;
  const turns = [...board.querySelectorAll("[data-turn]")].filter((card) => !card.classList.contains("trend"));
  let turn = 0;
  const next = () => {
    turns.forEach((card, index) => card.classList.toggle("rest", index !== turn));
    turn = (turn + 1) % turns.length;
  };
  next();
  setInterval(next, 12000);
})();
