// Photos large, one after the other, by mouse or arrow keys; without a script the links open them.
(() => {
  const links = [...document.querySelectorAll("[data-photo]")];
  if (links.length === 0) return;
  const box = document.createElement("dialog");
  box.className = "lightbox";
  box.setAttribute("aria-label", "照片");
  const picture = document.createElement("img");
  const under = document.createElement("div");
  under.className = "under";
  const caption = document.createElement("span");
  caption.className = "caption";
  const button = (label, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button small";
    made.textContent = label;
    made.addEventListener("click", act);
    return made;
  };
  let at = 0;
  const show = (next) => {
    at = (next + links.length) % links.length;
    const link = links[at];
    picture.src = link.href;
    picture.alt = link.dataset.photo;
    caption.textContent = `${link.dataset.photo}（${at + 1}/${links.length}）`;
  };
  under.append(
    caption,
    button("上一张", () => show(at - 1)),
    button("下一张", () => show(at + 1)),
    button("关闭", () => box.close()),
  );
  box.append(picture, under);
  document.body.append(box);
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") show(at - 1);
    if (event.key === "ArrowRight") show(at + 1);
  });
  box.addEventListener("click", (event) => {
    if (event.target === box) box.close();
  });
  links.forEach((link, index) =>
    link.addEventListener("click", (event) => {
      event.preventDefault();
      show(index);
      box.showModal();
    }),
  );
})();
