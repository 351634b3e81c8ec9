// The wall: pages that turn, marks on what is new, keys for the one who stands beside it. The server sends settled state.
(() => {
  "use strict";
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const RED = 8000;
  const TURN = 20000;
  const narrow = matchMedia("(max-aspect-ratio: 3/2)");
  const small = matchMedia("(max-width: 44rem)");

  htmx.config.wsReconnectDelay = (tries) => Math.min(5000, 400 * 2 ** tries) * (0.5 + Math.random() / 2);

  // Pages: the server has laid both walls out; here one page of the right wall is shown.
  let page = 1;
  let pages = 1;
  let held = false;
  const packed = (box) => {
    const room = Number(box.dataset.paged.split(" ")[narrow.matches ? 1 : 0]);
    let at = 1;
    let filled = 0;
    return [...box.querySelectorAll("[data-card]")].map((item) => {
      const places = Math.min(Number(item.dataset.places || 1), room);
      if (filled + places > room) {
        at += 1;
        filled = 0;
      }
      filled += places;
      return [item, at];
    });
  };
  const layOut = () => {
    const box = document.querySelector("#scene [data-paged]");
    const line = document.querySelector(".sums .pages");
    if (!box) return;
    const items = box.classList.contains("sea")
      ? [...box.querySelectorAll(".isle")].map((isle) => [isle, Number(narrow.matches ? isle.dataset.narrow : isle.dataset.wide)])
      : packed(box);
    pages = Math.max(1, ...items.map(([, at]) => at));
    page = Math.min(page, pages);
    for (const [item, at] of items) item.hidden = !small.matches && at !== page;
    if (box.dataset.rows) {
      box.classList.remove("rows1", "rows2", "rows3");
      box.classList.add(`rows${box.dataset.rows.split(" ")[page - 1] || 3}`);
    }
    if (line) {
      line.hidden = pages < 2 || small.matches;
      line.textContent = `${page} / ${pages}${held ? " ‖" : ""}`;
    }
  };
  const turn = (by) => {
    page = ((page - 1 + by + pages) % pages) + 1;
    layOut();
  };
  setInterval(() => !held && pages > 1 && turn(1), TURN);

  // What is new is red for eight seconds. At most three things move at once; the rest is simply there.
  const known = new Map();
  const counts = new Map();
  let first = true;
  const markNew = () => {
    const clock = performance.now();
    const fresh = [];
    for (const slip of document.querySelectorAll(".slips i[data-card]")) {
      const number = slip.dataset.card;
      if (!known.has(number)) known.set(number, first ? -RED : clock);
      const red = clock - known.get(number) < RED;
      slip.classList.toggle("red", red);
      if (known.get(number) === clock) fresh.push(slip);
    }
    fresh.slice(-3).forEach((slip) => slip.classList.add("new"));
    for (const isle of document.querySelectorAll(".isle")) {
      const id = isle.dataset.themeId;
      const before = counts.get(id);
      const now = Number(isle.dataset.count);
      if (!before || before.count !== now) counts.set(id, { count: now, at: first || !before ? -RED : clock });
      isle.classList.toggle("grew", clock - counts.get(id).at < RED);
    }
    first = false;
  };
  setInterval(markNew, 1000);

  // A scene names itself on the body; a new one begins on its first page.
  let scene;
  let spoken = { scene: "", at: 0 };
  const say = () => {
    const { scene: now, said, here, newest } = byId("pulse").dataset;
    const clock = performance.now();
    if (now !== spoken.scene || said !== spoken.said) byId("live").textContent = said;
    else if (clock - spoken.at > 15000 && newest !== spoken.newest)
      byId("live").textContent = [...document.querySelectorAll(".sums p:not([hidden])")].map((line) => line.innerText).join(", ");
    else return;
    spoken = { scene: now, said, here, newest, at: clock };
  };
  const settle = () => {
    const now = byId("pulse").dataset.scene;
    if (scene !== now) {
      document.body.className = `board on-${now}`;
      page = 1;
      scene = now;
    }
    layOut();
    markNew();
    say();
    twin();
  };
  document.addEventListener("htmx:wsAfterMessage", settle);
  narrow.addEventListener("change", layOut);
  small.addEventListener("change", layOut);

  // The connection: the last picture stays; after five seconds the rope goes slack and a line says so.
  let waiting;
  const lost = () => {
    waiting ??= setTimeout(() => {
      byId("rope").classList.add("slack");
      byId("lost").hidden = false;
    }, 5000);
  };
  document.addEventListener("htmx:wsClose", lost);
  document.addEventListener("htmx:wsError", lost);
  document.addEventListener("htmx:wsOpen", () => {
    clearTimeout(waiting);
    waiting = undefined;
    byId("rope").classList.remove("slack");
    byId("lost").hidden = true;
  });

  // Clocks count down from the seconds the server sent.
  const started = new WeakMap();
  setInterval(() => {
    for (const clock of document.querySelectorAll("[data-seconds]")) {
      if (!started.has(clock)) started.set(clock, performance.now());
      const left = Math.max(0, Number(clock.dataset.seconds) - Math.floor((performance.now() - started.get(clock)) / 1000));
      clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    }
  }, 500);

  // Keys.
  const remember = (name, value) => {
    try {
      value ? localStorage.setItem(name, value) : localStorage.removeItem(name);
    } catch {
      /* a browser that keeps nothing */
    }
    value ? (root.dataset[name] = value) : delete root.dataset[name];
  };
  for (const name of ["theme", "size"]) {
    try {
      if (localStorage.getItem(name)) root.dataset[name] = localStorage.getItem(name);
    } catch {
      /* a browser that keeps nothing */
    }
  }
  let asText = false;
  const twin = () => {
    document.body.classList.toggle("as-text", asText);
    for (const list of document.querySelectorAll(".twin")) list.hidden = !asText;
  };
  const steps = { theme: ["light", "contrast", "dark"], size: ["", "plus", "max"] };
  const keys = {
    k: () => remember("theme", steps.theme[(steps.theme.indexOf(root.dataset.theme || "light") + 1) % 3]),
    "+": () => remember("size", steps.size[Math.min(2, steps.size.indexOf(root.dataset.size || "") + 1)]),
    "-": () => remember("size", steps.size[Math.max(0, steps.size.indexOf(root.dataset.size || "") - 1)]),
    " ": () => {
      held = !held;
      layOut();
    },
    ArrowRight: () => turn(1),
    ArrowLeft: () => turn(-1),
    t: () => {
      asText = !asText;
      twin();
    },
    "?": () => byId("keys").showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || byId("keys").open) return;
    const act = keys[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });
  settle();
})();
