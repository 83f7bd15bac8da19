// Parts of a photo to cover: rectangles drawn with mouse, pen or finger, sent as fractions of the picture.
(() => {
  const form = document.querySelector("[data-cover]");
  if (!form) return;
  const box = form.querySelector(".cover");
  const field = form.querySelector("input[name=rectangles]");
  const say = form.querySelector("[data-cover-said]");
  const parts = [];
  const show = () => {
    field.value = parts
      .map(({ x, y, width, height }) => [x, y, width, height].map((n) => n.toFixed(5)).join(","))
      .join(" ");
    say.textContent = parts.length === 0 ? "还没有框选。" : `已框选 ${parts.length} 处。`;
  };
  const place = ({ element, x, y, width, height }) => {
    element.style.left = `${x * 100}%`;
    element.style.top = `${y * 100}%`;
    element.style.width = `${width * 100}%`;
    element.style.height = `${height * 100}%`;
  };
  const at = (event) => {
    const { left, top, width, height } = box.getBoundingClientRect();
    const within = (n) => Math.min(Math.max(n, 0), 1);
    return [within((event.clientX - left) / width), within((event.clientY - top) / height)];
  };
  let drawing = null;
  box.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    box.setPointerCapture(event.pointerId);
    const element = document.createElement("span");
    box.append(element);
    drawing = { from: at(event), part: { element, x: 0, y: 0, width: 0, height: 0 } };
  });
  box.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    const [x, y] = at(event);
    const [fromX, fromY] = drawing.from;
    Object.assign(drawing.part, {
      x: Math.min(x, fromX),
      y: Math.min(y, fromY),
      width: Math.abs(x - fromX),
      height: Math.abs(y - fromY),
    });
    place(drawing.part);
  });
  const end = () => {
    if (!drawing) return;
    const { part } = drawing;
    drawing = null;
    if (part.width < 0.005 || part.height < 0.005) part.element.remove();
    else parts.push(part);
    show();
  };
  box.addEventListener("pointerup", end);
  box.addEventListener("pointercancel", end);
  form.querySelector("[data-cover-back]").addEventListener("click", () => {
    const last = parts.pop();
    if (last) last.element.remove();
    show();
  });
})();
