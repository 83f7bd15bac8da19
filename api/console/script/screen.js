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
      if (focused) held.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
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
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => event.persisted && connect());

  // A county is outlined in both drawings.
  board.addEventListener("mouseover", (event) => {
    const code = event.target.closest?.("[data-area]")?.dataset.area;
    for (const county of board.querySelectorAll("[data-area]")) {
      county.classList.toggle("near", county.dataset.area === code);
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
