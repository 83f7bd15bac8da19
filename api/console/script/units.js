// Proposes units, or people of the roster, by part of their name as one types.
(() => {
  let waiting;
  // Of a list of people the last name is being typed; what stands before it is kept.
  const lastName = /^(.*[,，、;；]\s*)?([^,，、;；]*)$/s;

  const propose = (field, proposals) => {
    if (!field.list) return;
    field.list.textContent = "";
    field.list.append(
      ...proposals.map(({ value, label }) => {
        const option = document.createElement("option");
        option.value = value;
        if (label) option.label = `${value} ${label}`;
        return option;
      }),
    );
  };
  const ask = async (address, text) => {
    const answer = await fetch(`${address}${encodeURIComponent(text)}`);
    return answer.ok ? (await answer.json()).items : null;
  };
  const units = async (field) => {
    const text = field.value.trim();
    const items = text && (await ask("/api/v1/units?limit=12&q=", text));
    if (items)
      propose(
        field,
        items.map((unit) => ({ value: unit.name })),
      );
  };
  const people = async (field) => {
    const [, before = "", part] = lastName.exec(field.value);
    const items = part.trim() && (await ask("/console/roster-names?q=", part.trim()));
    if (items)
      propose(
        field,
        items.map(({ name, label }) => ({ value: before + name, label })),
      );
  };

  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!field.matches) return;
    const search = field.matches("[data-units]") ? units : field.matches("[data-people]") ? people : null;
    if (!search) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => search(field), 150);
  });
})();
