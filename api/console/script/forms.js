// A form is sent once, and not at all while nobody is signed in: what was written stays on the page. A link or button that asks "are you sure" does so in a dialog of the page.
(() => {
  // Texts and files are lost when the sign-in page takes the place of the form.
  const isWorthKeeping = (form) =>
    [...form.querySelectorAll("textarea, input[type=file]")].some((field) => field.value.trim() !== "");

  // The page as it is now, for its new token; none when nobody is signed in.
  const freshPage = async () => {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (answer.redirected || !answer.ok) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  };

  const askToSignIn = (form) => {
    let note = form.querySelector("[data-signed-out]");
    if (!note) {
      note = document.createElement("p");
      note.className = "trouble";
      note.setAttribute("role", "alert");
      note.setAttribute("data-signed-out", "");
      note.append("登录已失效，您填写的内容和照片还在。请");
      const link = document.createElement("a");
      link.href = "/console/login?next=/console/sessions";
      link.target = "_blank";
      link.rel = "noopener";
      link.textContent = "在新窗口登录";
      note.append(link, "，然后回到这里再提交。");
      form.prepend(note);
    }
    note.scrollIntoView({ block: "center" });
    form.dataset.signedOut = "yes";
  };

  // Chromium 78 does not say which button sends a form, and other old browsers cannot send one by script.
  let pressed = null;
  document.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest && event.target.closest("button, input[type=submit]");
      if (button && button.form) pressed = button;
    },
    true,
  );
  const senderOf = (event) =>
    event.submitter || (pressed && pressed.form === event.target ? pressed : event.target.querySelector("button"));
  const sendChecked = (form, button) => {
    form.dataset.checked = "yes";
    if (form.requestSubmit) form.requestSubmit(button || undefined);
    else button.click();
  };

  // Sends the form if somebody is signed in; after a new sign-in with the new session's token.
  const sendIfSignedIn = async (form, button) => {
    const me = await fetch("/api/v1/me", { credentials: "same-origin" });
    if (me.status === 401) return askToSignIn(form);
    const token = form.querySelector("input[name=csrf]");
    if (form.dataset.signedOut && token) {
      const page = await freshPage();
      const fresh = page && page.querySelector("input[name=csrf]");
      if (!fresh) return askToSignIn(form);
      token.value = fresh.value;
    }
    sendChecked(form, button);
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) return event.preventDefault();
    const sender = senderOf(event);
    if (sender && !form.dataset.checked && isWorthKeeping(form)) {
      event.preventDefault();
      // Without an answer the form goes its ordinary way.
      sendIfSignedIn(form, sender).catch(() => sendChecked(form, sender));
      return;
    }
    delete form.dataset.checked;
    form.dataset.sent = "yes";
    form.querySelectorAll("button").forEach((button) => button.setAttribute("aria-busy", "true"));
  });
  // Coming back by the browser's button shows a page whose forms can be sent again.
  addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => {
      delete form.dataset.sent;
      form.querySelectorAll("button").forEach((button) => button.removeAttribute("aria-busy"));
    });
  });
  // The error is read first.
  const trouble = document.querySelector(".trouble");
  if (trouble) trouble.focus();
})();
