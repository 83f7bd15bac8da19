// Polls a background task until it is finished.
(() => {
  const every = 2000;
  const look = async () => {
    const part = document.querySelector("[data-running]");
    if (!part) return;
    try {
      const answer = await fetch(location.href);
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector(`[data-part="${part.dataset.part}"]`);
      // What was awaited has taken the place of the part.
      if (!fresh) return location.reload();
      part.innerHTML = fresh.innerHTML;
      part.toggleAttribute("data-running", fresh.hasAttribute("data-running"));
    } catch (_) {
      // The network is gone for a moment; the next look may succeed.
    }
    setTimeout(look, every);
  };
  setTimeout(look, every);
})();
