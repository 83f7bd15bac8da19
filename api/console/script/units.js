// Proposes units by part of their name as one types.
(() => {
  let waiting;
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!field.matches || !field.matches("[data-units]")) return;
    clearTimeout(waiting);
    const text = field.value.trim();
    if (!text) return;
    waiting = setTimeout(async () => {
      const answer = await fetch(`/api/v1/units?limit=12&q=${encodeURIComponent(text)}`);
      if (!answer.ok) return;
      const { items } = await answer.json();
      const options = items.map((unit) => {
        const option = document.createElement("option");
        option.value = unit.name;
        return option;
      });
      if (!field.list) return;
      field.list.textContent = "";
      field.list.append(...options);
    }, 150);
  });
})();
