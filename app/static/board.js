// The wall: it takes the server's pictures at most once a second, chooses its form and page, and marks what is new.
// The server says only what is; everything that moves or fades is decided here and may be lost.
(() => {
  "use strict";
  const RED = 8000; // how long something is new
  const TURN = 20000; // how long a page stays
  const REST = 1000; // between two pictures
  const SLACK = 5000; // without connection before it is said
  const SILENT = 35000; // the server speaks every ten seconds; three missed and the line is dead
  const ASK = 2000; // between two plain requests, and the patience with each
  const TELL = 15000; // between two counts read aloud
  const AT_ONCE = 3; // things that move

  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const slim = matchMedia("(max-aspect-ratio: 3/2)");
  const mid = matchMedia("(max-aspect-ratio: 17/10)");
  const small = matchMedia("(max-width: 44rem), (max-height: 26rem)");
  const clock = () => performance.now();

  // What this browser remembers of the wall, where it may.
  const recall = (name) => {
    try {
      return localStorage.getItem(`board-${name}`);
    } catch {
      return null;
    }
  };
  const remember = (name, value) => {
    if (value) root.dataset[name] = value;
    else delete root.dataset[name];
    try {
      localStorage.setItem(`board-${name}`, value);
    } catch {
      // A browser that keeps nothing still shows everything.
    }
  };

  // Form and page. Every thing carries its page and its classes for each form the wall can take.
  let page = 0;
  let pages = 1;
  let held = false;
  let asText = false;
  let turnsAt = clock() + TURN;
  const listed = () => asText || small.matches;
  const form = () => (slim.matches ? "slim" : "wide") + (root.dataset.size ? `-${root.dataset.size}` : "");
  const forms = () => (form() === "wide" && mid.matches ? ["mid", "wide"] : [form()]); // 16:10 has less room for quotes
  const spot = (one) => forms().map((name) => one.getAttribute(`data-${name}`)).find((found) => found !== null);

  const layOut = () => {
    const sheet = document.querySelector("[data-sheet]");
    const kinds = sheet ? spot(sheet).split(",") : [""];
    pages = listed() ? 1 : kinds.length;
    page = Math.min(page, pages - 1);
    if (sheet) {
      sheet.className = `${sheet.dataset.sheet} ${kinds[page]}`;
      for (const item of sheet.children) {
        const [at, ...classes] = spot(item).split(" ");
        item.className = [item.dataset.is, ...classes].join(" ");
        item.hidden = !listed() && Number(at) !== page;
        for (const one of all("[data-in]", item)) one.hidden = !one.dataset.in.split(" ").includes(forms()[0]);
      }
    }
    showPages();
    mark();
    all("[data-fit]").forEach(fit);
  };

  const showPages = () => {
    const line = byId("pages");
    if (!line) return;
    line.hidden = pages < 2;
    line.replaceChildren();
    if (pages <= 5 && line.dataset.say.startsWith("{page}"))
      for (let at = 0; at < pages; at++) {
        const dot = document.createElement("i");
        dot.classList.toggle("on", at === page);
        line.append(dot);
      }
    const words = line.dataset.say.replace("{page}", page + 1).replace("{pages}", pages);
    line.append(` ${words} `);
    if (held) line.append(byId("hold").content.cloneNode(true));
  };

  const turn = (by) => {
    page = (page + by + pages) % pages;
    turnsAt = clock() + TURN;
    layOut();
    const sheet = document.querySelector("[data-sheet]");
    if (sheet && pages > 1) {
      sheet.classList.add("turned");
    }
  };

  // The server guessed the room from numbers of letters; what still does not fit is cut at a word, here and only here.
  const whole = new WeakMap();
  const fit = (box) => {
    const texts = all("bdi", box).filter((text) => !text.closest("[hidden]"));
    for (const text of texts) {
      if (!whole.has(text)) whole.set(text, text.textContent);
      if (text.textContent !== whole.get(text)) text.textContent = whole.get(text);
    }
    if (listed() || !texts.length || !box.offsetParent) return;
    const slack = 0.25 * parseFloat(getComputedStyle(box).fontSize); // less than a line: what hangs below the last one
    const over = () => box.scrollHeight > box.clientHeight + slack || box.scrollWidth > box.clientWidth + 2;
    for (let tries = 0; tries < 200 && over(); tries++) {
      const longest = texts.reduce((one, other) => (other.textContent.length > one.textContent.length ? other : one));
      const words = longest.textContent.replace(/\s?…$/, "").split(/\s+/);
      const kept = words.slice(0, Math.max(1, Math.floor(words.length * 0.94 - 0.01)));
      const short = words.length > 1 ? kept.join(" ").replace(/[ ,.;:–-]+$/, "") : words[0].slice(0, Math.floor(words[0].length * 0.9));
      longest.textContent = words.length > 1 ? `${short}\u00a0…` : `${short}…`;
    }
  };

  // What is new is red for eight seconds; at most three things move, the rest is simply there.
  const red = new Map();
  const grown = new Map();
  const seen = () => {
    const groups = new Map();
    for (const group of all("[data-group]"))
      groups.set(group.dataset.group, new Set(all("[data-card], [data-mark]", group).map((one) => one.dataset.card || one.dataset.mark)));
    return { scene: document.body.dataset.scene, groups };
  };
  const compare = (before, after) => {
    if (before.scene !== after.scene) return [];
    const fresh = [...after.groups]
      .map(([group, marks]) => [group, [...marks].filter((one) => !before.groups.get(group)?.has(one))])
      .filter(([group, marks]) => marks.length && before.groups.has(group))
      .sort((one, other) => other[1].length - one[1].length)
      .slice(0, AT_ONCE);
    const share = Math.max(1, Math.floor(AT_ONCE / Math.max(1, fresh.length)));
    const until = clock() + RED;
    return fresh.flatMap(([group, marks]) => {
      grown.set(group, until);
      return marks
        .sort((one, other) => one - other)
        .slice(-share)
        .map((one) => {
          red.set(`${group} ${one}`, until);
          return `${group} ${one}`;
        });
    });
  };
  const mark = (arriving = []) => {
    const now = clock();
    for (const group of all("[data-group]")) {
      const name = group.dataset.group;
      group.classList.toggle("grew", (grown.get(name) || 0) > now);
      for (const one of all("[data-card], [data-mark]", group)) {
        const key = `${name} ${one.dataset.card || one.dataset.mark}`;
        one.classList.toggle("new", (red.get(key) || 0) > now);
        if (arriving.includes(key)) one.classList.add("arrives");
      }
    }
    for (const marks of [red, grown]) for (const [key, until] of marks) if (until <= now) marks.delete(key);
  };

  // Pictures: regions with ids. Only what differs is exchanged, so that what stands still is left alone.
  const made = new WeakMap();
  const note = (element) => {
    for (const child of element.children) {
      made.set(child, child.outerHTML);
      if (child.hasAttribute("data-sheet")) note(child);
    }
  };
  const patch = (old, fresh) => {
    for (const { name, value } of fresh.attributes) if (name !== "class") old.setAttribute(name, value);
    const known = [...old.children];
    const wanted = [...fresh.children];
    wanted.forEach((child, at) => {
      const key = child.getAttribute("data-key");
      const twin = key ? known.find((one) => one.getAttribute("data-key") === key) : known[at];
      const html = child.outerHTML;
      if (twin && made.get(twin) === html) child = twin;
      else if (twin?.hasAttribute("data-sheet") && twin.dataset.sheet === child.dataset.sheet) {
        patch(twin, child);
        child = twin;
      }
      made.set(child, html);
      if (old.children[at] !== child) old.insertBefore(child, old.children[at] || null);
    });
    while (old.children.length > wanted.length) old.lastElementChild.remove();
    note(old);
  };

  const places = () => new Map(all("[data-key]:not([hidden])").map((one) => [one.dataset.key, one.getBoundingClientRect()]));
  const slide = (before) => {
    if (still.matches || listed()) return;
    const moved = all(".isle[data-key]:not([hidden])").filter((isle) => {
      const from = before.get(isle.dataset.key);
      const to = isle.getBoundingClientRect();
      return from && Math.hypot(from.x - to.x, from.y - to.y) > 2;
    });
    moved.forEach((isle, at) => {
      const from = before.get(isle.dataset.key);
      const to = isle.getBoundingClientRect();
      const delay = Math.floor(at / AT_ONCE) * 900 + (at % AT_ONCE) * 150;
      const frames = [{ translate: `${from.x - to.x}px ${from.y - to.y}px` }, { translate: "none" }];
      isle.animate(frames, { duration: 900, delay, fill: "backwards", easing: "cubic-bezier(.2, .7, .2, 1)" });
    });
  };

  const pending = new Map();
  let drawnAt = -REST;
  let drawing;
  const draw = () => {
    drawing = undefined;
    drawnAt = clock();
    const before = seen();
    const stood = places();
    for (const [id, fresh] of pending) {
      const old = byId(id);
      if (old) patch(old, fresh);
    }
    pending.clear();
    const { scene } = byId("pulse").dataset;
    const changed = document.body.dataset.scene !== scene;
    if (changed) {
      root.dataset.scene = document.body.dataset.scene = scene;
      page = 0;
      turnsAt = clock() + TURN;
    }
    const arriving = compare(before, seen());
    const pageBefore = page;
    layOut();
    mark(arriving);
    if (!changed && page === pageBefore) {
      slide(stood);
      for (const isle of all(".isle[data-key]:not([hidden])")) if (!stood.has(isle.dataset.key)) isle.classList.add("arrives");
    }
    runClocks();
    tell();
  };
  const take = (message) => {
    const holder = document.createElement("template");
    holder.innerHTML = message;
    for (const region of holder.content.children) pending.set(region.id, region);
    drawing ??= setTimeout(draw, Math.max(0, drawnAt + REST - clock()));
  };

  // Read aloud: a new phase at once, counts at most every fifteen seconds, nothing else.
  let told = { phase: "", sums: "", at: -TELL };
  const text = (selector) => all(selector).map((one) => one.textContent.replace(/\s+/g, " ").trim()).join(", ");
  const tell = () => {
    const phase = [document.body.dataset.scene, text("#rope [aria-current] bdi"), text("h1")].join("|");
    const sums = text(".sums .count, .hush .big, .hush .cnt, .welcome .now");
    const said = byId("said");
    if (!told.phase) told = { phase, sums, at: clock() };
    else if (phase !== told.phase) {
      told = { phase, sums, at: clock() };
      said.textContent = [text("#rope [aria-current] bdi"), text("h1")].filter(Boolean).join(": ");
    } else if (sums !== told.sums && clock() - told.at >= TELL) {
      told = { phase, sums, at: clock() };
      said.textContent = sums;
    }
  };

  // Clocks count down from the seconds the server sent; the wall's own clock may say anything.
  const started = new WeakMap();
  const runClocks = () => {
    for (const one of all("[data-seconds]")) {
      const sent = Number(one.dataset.seconds);
      if (started.get(one)?.sent !== sent) started.set(one, { sent, at: clock() });
      const left = Math.max(0, sent - Math.floor((clock() - started.get(one).at) / 1000));
      one.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    }
  };

  // The connection. The last picture stays; after five seconds the rope goes slack and a line says so.
  let socket;
  let heardAt = clock();
  let slackening;
  const wait = (tries) => Math.min(5000, 500 * 2 ** tries) * (0.5 + Math.random() / 2);
  htmx.config.wsReconnectDelay = wait;
  htmx.createWebSocket = (address) => (socket = new WebSocket(address));
  const lost = () => {
    slackening ??= setTimeout(() => {
      document.body.classList.add("slack");
      byId("lost").hidden = false;
    }, SLACK);
  };
  const found = () => {
    clearTimeout(slackening);
    slackening = undefined;
    heardAt = clock();
    document.body.classList.remove("slack");
    byId("lost").hidden = true;
  };
  // Where sockets are blocked, the picture is asked for by plain requests until one opens.
  let asking;
  const ask = async () => {
    const stop = new AbortController();
    const patience = setTimeout(() => stop.abort(), ASK);
    try {
      const answer = await fetch(`${location.pathname}/regions${location.search}`, { signal: stop.signal, cache: "no-store" });
      if (!answer.ok) return lost();
      const regions = await answer.text();
      if (!asking) return;
      found();
      take(regions);
    } catch {
      lost();
    } finally {
      clearTimeout(patience);
    }
  };
  document.addEventListener("htmx:wsOpen", () => {
    clearInterval(asking);
    asking = undefined;
    found();
  });
  document.addEventListener("htmx:wsError", lost);
  document.addEventListener("htmx:wsClose", ({ detail: { event, socketWrapper } }) => {
    lost();
    const comesBackByItself = [1006, 1011, 1012, 1013].includes(event.code);
    const refused = event.code === 1008;
    if (!refused) asking ??= setInterval(ask, ASK);
    if (event.target === socket && !comesBackByItself && !refused) setTimeout(() => socketWrapper.reconnect(), wait(2));
  });
  document.addEventListener("htmx:wsBeforeMessage", (event) => {
    event.preventDefault(); // the wall exchanges its regions itself, in its own time
    found();
    take(event.detail.message);
  });

  // Keys for the one who stands beside the wall; each is also a button in the list that ? opens.
  const steps = { theme: ["light", "contrast", "dark"], size: ["", "plus", "max"] };
  const step = (name, by) => {
    const at = steps.size.indexOf(root.dataset.size || "") + by;
    remember(name, steps.size[Math.max(0, Math.min(2, at))]);
    layOut();
  };
  const shade = () => root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const keys = {
    k: () => remember("theme", steps.theme[(steps.theme.indexOf(shade()) + 1) % 3]),
    "+": () => step("size", 1),
    "-": () => step("size", -1),
    " ": () => {
      held = !held;
      turnsAt = clock() + TURN;
      showPages();
    },
    ArrowRight: () => turn(1),
    ArrowLeft: () => turn(-1),
    t: () => {
      asText = !asText;
      byId("as-wall").media = asText ? "not all" : wallMedia;
      byId("as-list").media = asText ? "all" : listMedia;
      layOut();
    },
    "?": () => (byId("keys").open ? byId("keys").close() : byId("keys").showModal()),
  };
  const wallMedia = byId("as-wall").media;
  const listMedia = byId("as-list").media;
  const keysOn = byId("keys-on");
  keysOn.checked = recall("keys") !== "off";
  keysOn.addEventListener("change", () => remember("keys", keysOn.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const pressing = event.target.closest("button, input, a, summary");
    if (!keysOn.checked || event.ctrlKey || event.metaKey || event.altKey || !(key in keys)) return;
    if (pressing && key === " ") return;
    event.preventDefault();
    keys[key]();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-key]:is(button)");
    if (!button) return;
    if (button.dataset.key === "t") byId("keys").close();
    keys[button.dataset.key]();
  });
  let asleep;
  document.addEventListener("pointermove", () => {
    root.classList.add("awake");
    clearTimeout(asleep);
    asleep = setTimeout(() => root.classList.remove("awake"), 3000);
  });

  // Begin.
  for (const name of ["theme", "size"]) {
    const kept = recall(name);
    if (steps[name].includes(kept) && kept) root.dataset[name] = kept;
  }
  if ("asks" in document.body.dataset) asking = setInterval(ask, ASK); // the board of an arena has no socket of its own
  root.dataset.scene = document.body.dataset.scene;
  for (const region of ["head", "scene", "sums", "rope"]) note(byId(region));
  for (const media of [slim, mid, small]) media.addEventListener("change", layOut);
  addEventListener("resize", () => requestAnimationFrame(layOut));
  document.fonts?.ready.then(layOut);
  layOut();
  runClocks();
  tell();
  setInterval(() => {
    runClocks();
    mark();
    tell();
    if (!held && pages > 1 && clock() >= turnsAt) turn(1);
    if (socket?.readyState === WebSocket.OPEN && clock() - heardAt > SILENT) {
      heardAt = clock();
      lost();
      socket.close();
    }
  }, 1000);
})();
