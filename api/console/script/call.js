// The call form: hints as one types, and every step by keyboard.
(() => {
  const form = document.querySelector("form[data-call]");
  if (!form) return;
  const hints = form.querySelector("[data-hints]");
  const category = form.querySelector("#category");
  let waiting;
  let asked = 0;

  const look = async () => {
    const body = new URLSearchParams(new FormData(form));
    const nth = (asked += 1);
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Part": "hints" } });
      if (!answer.ok || answer.redirected || nth !== asked) return;
      const html = await answer.text();
      // What has the focus stays as it is; the next stroke brings the news.
      if (!hints.contains(document.activeElement)) hints.innerHTML = html;
    } catch (_) {
      // Without a connection the last hints stay; filing checks all of it again.
    }
  };
  const soon = (after) => {
    clearTimeout(waiting);
    waiting = setTimeout(look, after);
  };
  form.addEventListener("input", (event) => {
    if (["description", "address", "location", "datum", "category"].includes(event.target.name)) soon(400);
  });

  const choose = (button) => {
    category.value = button.value;
    category.focus();
    soon(0);
  };
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-category]");
    if (!button) return;
    event.preventDefault();
    choose(button);
  });
  form.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && event.ctrlKey) {
      event.preventDefault();
      return form.querySelector("[data-file]").click();
    }
    const digit = event.altKey && /^Digit([1-3])$/.exec(event.code);
    const button = digit && hints.querySelectorAll("[data-category]")[digit[1] - 1];
    if (button) {
      event.preventDefault();
      choose(button);
    } else if (event.key === "Enter" && event.target.matches("input:not([type=checkbox])")) {
      // In the caller's line Enter searches, anywhere else it checks.
      const step = event.target.closest(".caller") ? "find" : "check";
      event.preventDefault();
      form.querySelector(`button[value=${step}]`).click();
    }
  });
})();
