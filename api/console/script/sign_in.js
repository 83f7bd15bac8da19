// The sign-in page asks every other second whether the phone has confirmed, and takes a new code when this
// one has run out.
(() => {
  const card = document.querySelector("[data-sign-in]");
  if (!card) return;
  const state = card.querySelector("[data-state]");
  const every = 2000;
  let troubles = 0;

  const ask = async () => {
    if (document.hidden) return setTimeout(ask, every);
    try {
      const answer = await fetch("/console/login/claim", {
        method: "POST",
        headers: { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({ next: card.dataset.next }),
      });
      const told = await answer.json();
      troubles = 0;
      if (told.state === "signed_in") {
        state.textContent = "已确认，正在进入……";
        return location.assign(told.next);
      }
      if (told.state === "expired") return location.reload();
    } catch (_) {
      troubles += 1;
      if (troubles === 3) state.textContent = "网络不通，正在重试……";
    }
    setTimeout(ask, every);
  };
  setTimeout(ask, every);
})();
