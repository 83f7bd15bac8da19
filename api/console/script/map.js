// Maps: the drawn picture can be enlarged and dragged; where a tile service is configured, streets are laid over it. In a form a click sets the point.
(() => {
  const maps = [...document.querySelectorAll("[data-map]")];
  const board = document.querySelector("[data-board]");
  if (maps.length === 0 && !board) return;
  const tiles = document.documentElement.dataset.tiles ? JSON.parse(document.documentElement.dataset.tiles) : null;
  const SIZE = 256;

  const make = (name, className, parent) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (parent) parent.append(made);
    return made;
  };
  const button = (text, label, act, parent) => {
    const made = make("button", "button small", parent);
    made.type = "button";
    made.textContent = text;
    made.setAttribute("aria-label", label);
    made.addEventListener("click", act);
    return made;
  };

  // WGS-84 to GCJ-02: what some street maps of China are drawn in. The same formula as on the server.
  const shifted = (longitude, latitude) => {
    if (!tiles || tiles.datum !== "gcj02") return [longitude, latitude];
    const x = longitude - 105;
    const y = latitude - 35;
    const sine = (value) => Math.sin(value * Math.PI);
    const common = ((20 * sine(6 * x) + 20 * sine(2 * x)) * 2) / 3;
    const north =
      -100 +
      2 * x +
      3 * y +
      0.2 * y * y +
      0.1 * x * y +
      0.2 * Math.sqrt(Math.abs(x)) +
      common +
      ((20 * sine(y) + 40 * sine(y / 3)) * 2) / 3 +
      ((160 * sine(y / 12) + 320 * sine(y / 30)) * 2) / 3;
    const east =
      300 +
      x +
      2 * y +
      0.1 * x * x +
      0.1 * x * y +
      0.1 * Math.sqrt(Math.abs(x)) +
      common +
      ((20 * sine(x) + 40 * sine(x / 3)) * 2) / 3 +
      ((150 * sine(x / 12) + 300 * sine(x / 30)) * 2) / 3;
    const radians = (latitude / 180) * Math.PI;
    const part = 1 - 0.00669342162296594323 * Math.sin(radians) ** 2;
    const root = Math.sqrt(part);
    const high = (north * 180) / (((6378245 * (1 - 0.00669342162296594323)) / (part * root)) * Math.PI);
    const wide = (east * 180) / ((6378245 / root) * Math.cos(radians) * Math.PI);
    return [longitude + wide, latitude + high];
  };
  const unshifted = (longitude, latitude) => {
    let [x, y] = [longitude, latitude];
    for (let turn = 0; turn < 4; turn += 1) {
      const [east, north] = shifted(x, y);
      [x, y] = [x + longitude - east, y + latitude - north];
    }
    return [x, y];
  };

  const copyButtons = (root) => {
    for (const copy of root.querySelectorAll("[data-copy]")) {
      if (!navigator.clipboard) continue;
      copy.hidden = false;
      copy.addEventListener("click", async () => {
        await navigator.clipboard.writeText(copy.dataset.copy);
        copy.textContent = "已复制";
        setTimeout(() => (copy.textContent = "复制坐标"), 2000);
      });
    }
  };

  // The point that the form sends: WGS-84 degrees in hidden fields of the map, or in a line of the form that can be typed too.
  const point = (map) => {
    const form = map.closest("form");
    const field = (name) => map.querySelector(`[data-point="${name}"]`);
    const line = map.classList.contains("picks") && !field("longitude") && form.querySelector('[data-point="line"]');
    const say = map.querySelector("[data-point-said]");
    return {
      picks: map.classList.contains("picks"),
      // What is typed is followed; in another datum it is not where the map would show it.
      watch: (look) => {
        if (line) line.addEventListener("input", look);
      },
      get: () => {
        if (line && form.querySelector('[data-point="datum"]').value !== "wgs84") return null;
        const source = line
          ? line.value.split(/[\s,，、]+/)
          : field("longitude")
            ? [field("longitude").value, field("latitude").value]
            : [map.dataset.longitude, map.dataset.latitude];
        const degrees = source.map(Number);
        return source.length === 2 && source[0] && degrees.every(Number.isFinite) ? degrees : null;
      },
      set: (longitude, latitude) => {
        if (line) {
          line.value = `${longitude.toFixed(5)}, ${latitude.toFixed(5)}`;
          form.querySelector('[data-point="datum"]').value = "wgs84";
        } else {
          field("longitude").value = longitude.toFixed(6);
          field("latitude").value = latitude.toFixed(6);
        }
        if (say) say.textContent = `已选：经度 ${longitude.toFixed(5)}，纬度 ${latitude.toFixed(5)}`;
        if (line) line.dispatchEvent(new Event("input", { bubbles: true }));
        else if (form) form.dispatchEvent(new Event("change", { bubbles: true }));
      },
    };
  };

  // By keyboard: arrows move, + and - zoom, Enter sets the point under the aim.
  const AIM = "M-14 0H-4M4 0H14M0 -14V-4M0 4V14";
  const NS = "http://www.w3.org/2000/svg";
  const aimIn = (parent) => {
    const aim = document.createElementNS(NS, "path");
    aim.setAttribute("class", "aim");
    aim.setAttribute("d", AIM);
    aim.setAttribute("hidden", "");
    parent.append(aim);
    return aim;
  };
  const keyboard = (element, aim, { move, zoom, set }) => {
    element.setAttribute("tabindex", "0");
    element.addEventListener("focus", () => aim.removeAttribute("hidden"));
    element.addEventListener("blur", () => aim.setAttribute("hidden", ""));
    element.addEventListener("keydown", (event) => {
      if (event.target !== element) return;
      const step = event.shiftKey ? 40 : 8;
      const way = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[
        event.key
      ];
      const nearer = { "+": 1, "=": 1, "-": -1 }[event.key];
      if (!way && !nearer && event.key !== "Enter") return;
      event.preventDefault();
      event.stopPropagation();
      if (way) move(...way);
      else if (nearer) zoom(nearer);
      else set();
    });
  };

  // --- The drawn picture ---
  const drawn = (map, chosen) => {
    const svg = map.querySelector("svg[data-west]");
    if (!svg) return;
    const number = (name) => Number(svg.dataset[name]);
    const whole = svg.viewBox.baseVal;
    const full = { x: whole.x, y: whole.y, width: whole.width, height: whole.height };
    let view = { ...full };
    const bar = svg.querySelector(".scale");
    const BARS = [20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000];
    const scale = () => {
      if (!bar) return;
      const metres = number("metres");
      const longest = (view.width / 3.5) * metres;
      const length = [...BARS].reverse().find((one) => one <= longest) || BARS[0];
      const zoom = view.width / full.width;
      bar.setAttribute("transform", `translate(${view.x} ${view.y + view.height}) scale(${zoom})`);
      const units = length / metres / zoom;
      bar.querySelector("path").setAttribute("d", `M10 -16v6h${units.toFixed(1)}v-6`);
      const text = bar.querySelector("text");
      text.setAttribute("y", "-14");
      text.textContent = length < 1000 ? `${length} 米` : `${length / 1000} 公里`;
    };
    const apply = () => {
      view.width = Math.min(Math.max(view.width, full.width / 32), full.width);
      view.height = (view.width * full.height) / full.width;
      view.x = Math.min(Math.max(view.x, full.x), full.x + full.width - view.width);
      view.y = Math.min(Math.max(view.y, full.y), full.y + full.height - view.height);
      svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
      svg.style.setProperty("--k", view.width / full.width);
      svg.toggleAttribute("data-near", view.width < full.width / 3);
      const zoom = view.width / full.width;
      for (const one of svg.querySelectorAll("text, circle")) {
        if (one.closest(".scale")) continue;
        const key = one.tagName === "circle" ? "r" : "font-size";
        if (!one.dataset.size)
          one.dataset.size = key === "r" ? one.getAttribute("r") : parseFloat(getComputedStyle(one).fontSize);
        if (key === "r") one.setAttribute("r", Number(one.dataset.size) * zoom);
        else one.style.fontSize = `${Number(one.dataset.size) * zoom}px`;
      }
      scale();
    };
    const spot = { x: full.x + full.width / 2, y: full.y + full.height / 2 };
    const under = (event) => {
      const box = svg.getBoundingClientRect();
      return [
        view.x + ((event.clientX - box.left) / box.width) * view.width,
        view.y + ((event.clientY - box.top) / box.height) * view.height,
      ];
    };
    const zoom = (factor, around) => {
      const [x, y] = around || [view.x + view.width / 2, view.y + view.height / 2];
      const width = Math.min(Math.max(view.width * factor, full.width / 32), full.width);
      const real = width / view.width;
      view = { x: x - (x - view.x) * real, y: y - (y - view.y) * real, width, height: view.height * real };
      apply();
    };
    const holder = make("div", "map-zoom");
    svg.before(holder);
    button("＋", "放大", () => zoom(1 / 1.6, mark()), holder);
    button("－", "缩小", () => zoom(1.6), holder);
    const mark = () => {
      const where = chosen.get();
      return (
        where && [
          number("left") + (where[0] - number("west")) * number("eastScale"),
          number("top") + (number("north") - where[1]) * number("northScale"),
        ]
      );
    };
    svg.addEventListener(
      "wheel",
      (event) => {
        if (!event.ctrlKey && !chosen.picks) return;
        event.preventDefault();
        zoom(event.deltaY < 0 ? 1 / 1.25 : 1.25, under(event));
      },
      { passive: false },
    );
    let from = null;
    let moved = false;
    svg.addEventListener("pointerdown", (event) => {
      from = { x: event.clientX, y: event.clientY, view: { ...view } };
      moved = false;
    });
    addEventListener("pointermove", (event) => {
      if (!from || Math.hypot(event.clientX - from.x, event.clientY - from.y) < 5) return;
      moved = true;
      const box = svg.getBoundingClientRect();
      view.x = from.view.x - ((event.clientX - from.x) / box.width) * view.width;
      view.y = from.view.y - ((event.clientY - from.y) / box.height) * view.height;
      apply();
    });
    addEventListener("pointerup", () => (from = null));
    const pin = () => {
      const where = mark();
      if (!where) {
        for (const one of svg.querySelectorAll("circle.point, circle.halo")) one.remove();
        return;
      }
      let dot = svg.querySelector("circle.point");
      if (!dot) {
        for (const [className, radius] of [
          ["halo", 11],
          ["point", 4.5],
        ]) {
          dot = document.createElementNS(NS, "circle");
          dot.setAttribute("class", className);
          dot.setAttribute("r", radius);
          svg.append(dot);
        }
      }
      for (const one of svg.querySelectorAll("circle.point, circle.halo")) {
        one.setAttribute("cx", where[0]);
        one.setAttribute("cy", where[1]);
      }
      apply();
    };
    svg.addEventListener(
      "click",
      (event) => {
        if (moved) return event.preventDefault();
        if (!chosen.picks) return;
        event.preventDefault();
        [spot.x, spot.y] = under(event);
        set();
      },
      true,
    );
    const set = () => {
      chosen.set(
        number("west") + (spot.x - number("left")) / number("eastScale"),
        number("north") - (spot.y - number("top")) / number("northScale"),
      );
      pin();
    };
    if (chosen.picks) {
      const aim = aimIn(svg);
      const show = () =>
        aim.setAttribute("transform", `translate(${spot.x} ${spot.y}) scale(${view.width / full.width})`);
      chosen.watch(pin);
      keyboard(svg, aim, {
        move: (x, y) => {
          const part = view.width / full.width;
          spot.x = Math.min(Math.max(spot.x + x * part, full.x), full.x + full.width);
          spot.y = Math.min(Math.max(spot.y + y * part, full.y), full.y + full.height);
          if (part < 1) [view.x, view.y] = [spot.x - view.width / 2, spot.y - view.height / 2];
          apply();
          show();
        },
        zoom: (nearer) => {
          zoom(nearer > 0 ? 1 / 1.6 : 1.6, [spot.x, spot.y]);
          show();
        },
        set,
      });
      pin();
      const given = mark();
      if (given) {
        [spot.x, spot.y] = given;
        view = { x: spot.x - full.width / 12, y: spot.y - full.height / 12, width: full.width / 6, height: 0 };
      }
      show();
    }
    apply();
  };

  // --- Streets ---
  // `begin` says where it begins, which marks lie on it, and is told of every move.
  const streets = (map, chosen, begin) => {
    const svg = map.querySelector("svg[data-west]");
    const view = make("div", "streets");
    (svg || map.firstChild).before(view);
    if (svg) svg.remove();
    const plane = make("div", "plane", view);
    const controls = make("div", "map-zoom", view);
    if (tiles.credit) make("span", "credit small", view).textContent = tiles.credit;
    const dot = make("span", "pin", view);
    const start = begin.centre ||
      chosen.get() || [Number(map.dataset.centreLongitude), Number(map.dataset.centreLatitude)];
    let centre = shifted(start[0], start[1]);
    let zoom = Math.min(begin.zoom || (chosen.get() ? 16 : 12), tiles.max_zoom);
    for (const mark of begin.marks) view.append(mark.element);
    const world = ([longitude, latitude]) => {
      const size = SIZE * 2 ** zoom;
      const sine = Math.sin((latitude * Math.PI) / 180);
      return [((longitude + 180) / 360) * size, (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * size];
    };
    const degrees = ([x, y]) => {
      const size = SIZE * 2 ** zoom;
      return [(x / size) * 360 - 180, (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / size))) * 180) / Math.PI];
    };
    const address = (layer, x, y) => {
      const letter = tiles.subdomains[Math.abs(x + y) % tiles.subdomains.length];
      return layer.replace("{s}", letter).replace("{z}", zoom).replace("{x}", x).replace("{y}", y);
    };
    const draw = () => {
      const [width, height] = [view.clientWidth, view.clientHeight];
      const [cx, cy] = world(centre);
      const [left, top] = [cx - width / 2, cy - height / 2];
      const wanted = new Map();
      for (let x = Math.floor(left / SIZE); x * SIZE < left + width; x += 1) {
        for (let y = Math.floor(top / SIZE); y * SIZE < top + height; y += 1) {
          tiles.layers.forEach((layer, index) => wanted.set(`${index}/${zoom}/${x}/${y}`, [layer, x, y]));
        }
      }
      for (const old of [...plane.children]) {
        if (!wanted.has(old.dataset.key)) old.remove();
      }
      for (const [key, [layer, x, y]] of wanted) {
        let tile = plane.querySelector(`[data-key="${key}"]`);
        if (!tile) {
          tile = make("img", "", plane);
          tile.dataset.key = key;
          tile.alt = "";
          tile.draggable = false;
          tile.referrerPolicy = "origin";
          tile.src = address(layer, x, y);
        }
        tile.style.left = `${Math.round(x * SIZE - left)}px`;
        tile.style.top = `${Math.round(y * SIZE - top)}px`;
        tile.style.zIndex = key.split("/")[0];
      }
      for (const mark of begin.marks) {
        const [x, y] = world(shifted(mark.longitude, mark.latitude));
        mark.element.style.left = `${x - left}px`;
        mark.element.style.top = `${y - top}px`;
      }
      begin.moved(unshifted(centre[0], centre[1]), zoom);
      const where = chosen.get();
      dot.hidden = !where;
      if (where) {
        const [x, y] = world(shifted(where[0], where[1]));
        dot.style.left = `${x - left}px`;
        dot.style.top = `${y - top}px`;
      }
    };
    const change = (by) => {
      zoom = Math.min(Math.max(zoom + by, 4), tiles.max_zoom);
      plane.textContent = "";
      draw();
    };
    button("＋", "放大", () => change(1), controls);
    button("－", "缩小", () => change(-1), controls);
    view.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        change(event.deltaY < 0 ? 1 : -1);
      },
      { passive: false },
    );
    let from = null;
    let moved = false;
    view.addEventListener("pointerdown", (event) => {
      from = { x: event.clientX, y: event.clientY, at: world(centre) };
      moved = false;
    });
    addEventListener("pointermove", (event) => {
      if (!from || Math.hypot(event.clientX - from.x, event.clientY - from.y) < 4) return;
      moved = true;
      centre = degrees([from.at[0] - event.clientX + from.x, from.at[1] - event.clientY + from.y]);
      draw();
    });
    addEventListener("pointerup", () => (from = null));
    view.addEventListener("click", (event) => {
      if (moved || !chosen.picks || event.target.closest("button")) return;
      const box = view.getBoundingClientRect();
      const [cx, cy] = world(centre);
      const [longitude, latitude] = degrees([
        cx - box.width / 2 + event.clientX - box.left,
        cy - box.height / 2 + event.clientY - box.top,
      ]);
      chosen.set(...unshifted(longitude, latitude));
      draw();
    });
    addEventListener("resize", draw);
    if (chosen.picks) {
      const cross = document.createElementNS(NS, "svg");
      cross.setAttribute("class", "aim");
      cross.setAttribute("viewBox", "-14 -14 28 28");
      cross.setAttribute("aria-hidden", "true");
      view.append(cross);
      view.setAttribute("role", "application");
      view.setAttribute("aria-label", "地图：方向键移动，加减号缩放，回车定点");
      chosen.watch(draw);
      keyboard(view, aimIn(cross), {
        move: (x, y) => {
          const at = world(centre);
          centre = degrees([at[0] + x, at[1] + y]);
          draw();
        },
        zoom: change,
        set: () => {
          chosen.set(...unshifted(centre[0], centre[1]));
          draw();
        },
      });
    }
    draw();
  };

  // The links of a drawn picture, as marks on the streets.
  const marksOf = (svg) =>
    [...svg.querySelectorAll("a[data-longitude]")].map((link) => {
      const element = make("a", `street-mark ${link.dataset.light || `site ${link.getAttribute("class") || ""}`}`);
      element.href = link.getAttribute("href");
      element.title = link.getAttribute("aria-label");
      element.setAttribute("aria-label", element.title);
      element.textContent = link.textContent.replace(element.title, "").trim();
      return { element, longitude: Number(link.dataset.longitude), latitude: Number(link.dataset.latitude) };
    });

  for (const map of maps) {
    const chosen = point(map);
    copyButtons(map);
    const svg = map.querySelector("svg[data-west]");
    if (tiles) streets(map, chosen, { marks: svg ? marksOf(svg) : [], moved: () => {} });
    else drawn(map, chosen);
  }

  // The county on the screen: its marks lie on the streets. Every update of the screen brings a new picture; place and zoom stay.
  if (!tiles || !board) return;
  let kept = {};
  const nowhere = { picks: false, get: () => null, set: () => {} };
  const enlarge = () => {
    const svg = board.querySelector("svg.inside[data-west]");
    if (!svg) return;
    const number = (name) => Number(svg.dataset[name]);
    const { width, height } = svg.viewBox.baseVal;
    const middle = [
      number("west") + (width / 2 - number("left")) / number("eastScale"),
      number("north") - (height / 2 - number("top")) / number("northScale"),
    ];
    const pixel = (number("metres") * width) / (svg.getBoundingClientRect().width || width);
    const fits = Math.floor(Math.log2((156543 * Math.cos((middle[1] * Math.PI) / 180)) / pixel));
    const marks = marksOf(svg);
    const moved = (centre, zoom) => (kept = { centre, zoom });
    streets(svg.parentElement, nowhere, { centre: kept.centre || middle, zoom: kept.zoom || fits, marks, moved });
  };
  enlarge();
  document.addEventListener("board:changed", enlarge);
})();
