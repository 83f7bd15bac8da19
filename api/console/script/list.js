// The list goes on by itself when its end comes into sight; the link does the same without a script.
(() => {
  const rows = document.querySelector("[data-rows]");
  if (!rows) return;

  const loadMore = async (link) => {
    if (link.getAttribute("aria-busy")) return;
    link.setAttribute("aria-busy", "true");
    link.textContent = "正在加载……";
    try {
      const answer = await fetch(link.href, { headers: { "X-Part": "rows" } });
      if (!answer.ok || answer.redirected) return location.assign(link.href);
      const part = document.createElement("template");
      part.innerHTML = await answer.text();
      link.closest("tr").remove();
      rows.append(part.content);
      watch();
    } catch (_) {
      link.removeAttribute("aria-busy");
      link.textContent = "没有加载成功，点这里重试";
    }
  };
  const seen = new IntersectionObserver(
    (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => loadMore(entry.target)),
    { rootMargin: "400px" },
  );
  const watch = () => rows.querySelectorAll("[data-more]").forEach((link) => seen.observe(link));
  rows.addEventListener("click", (event) => {
    const link = event.target.closest("[data-more]");
    if (!link) return;
    event.preventDefault();
    loadMore(link);
  });
  watch();
})();
