// Files that are being made: how far they are, every other second while one is under way.
(() => {
  const box = document.querySelector("[data-exports]");
  if (!box) return;
  const look = async () => {
    if (!box.querySelector("[data-going]")) return;
    try {
      const answer = await fetch("/console/exports", { headers: { "X-Part": "lines" } });
      if (answer.redirected) return location.reload();
      // A link that has the focus keeps it.
      if (answer.ok && !box.contains(document.activeElement)) box.innerHTML = await answer.text();
    } catch (_) {
      // The next time, perhaps.
    }
    setTimeout(look, 2000);
  };
  setTimeout(look, 1000);
})();
