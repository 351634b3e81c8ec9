// The desk stays true: it reads its regions anew when the pulse changes, and never takes away what the hand is on.
(() => {
  "use strict";
  const base = document.body.dataset.desk;
  const byId = (id) => document.getElementById(id);
  const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];
  const EVERY = 500; // milliseconds between two readings

  htmx.config.attributesToSettle = ["class"]; // a style attribute, even an empty one, is refused by our policy
  htmx.config.wsReconnectDelay = (tries) => Math.min(4000, 300 * 2 ** tries) * (0.5 + Math.random() / 2);

  // ---- Reading: the pulse says that something changed, the regions say what.
  const pulse = () => `${byId("pulse").dataset.epoch}:${byId("pulse").dataset.seq}`;
  let seen = pulse();
  let readAt = 0;
  let planned;
  let asked; // the pile that lay open when the regions were asked for
  let held = false; // a button of the mouse is down: nothing may move under it
  const read = () => {
    planned = undefined;
    if (held || document.body.classList.contains("dragging")) return plan();
    readAt = performance.now();
    asked = byId("open").dataset.key;
    const reading = htmx.ajax("GET", `${base}/regions?theme=${encodeURIComponent(asked)}`, { target: "#live", swap: "none" });
    reading.catch(() => {}); // a line that is down is told of below
  };
  const plan = () => {
    planned ??= setTimeout(read, Math.max(50, readAt + EVERY - performance.now()));
  };
  // An answer that is older than what stands, or of a pile that was left meanwhile, is thrown away.
  const outdated = ({ xhr, requestConfig }) => {
    const [, number, epoch] = xhr.responseText.match(/id="pulse"[^>]*data-seq="(\d+)" data-epoch="(\w*)"/) ?? [];
    if (epoch === byId("pulse").dataset.epoch && Number(number) < Number(byId("pulse").dataset.seq)) return true;
    return requestConfig.elt === document.body && asked !== byId("open").dataset.key;
  };
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.isError || detail.requestConfig.verb !== "get" || !outdated(detail)) return;
    detail.shouldSwap = false;
    plan();
  });
  document.addEventListener("htmx:wsAfterMessage", () => pulse() !== seen && plan());
  document.addEventListener("pointerdown", () => (held = true), true);
  for (const end of ["pointerup", "pointercancel", "dragend"]) document.addEventListener(end, () => (held = false), true);
  window.addEventListener("blur", () => (held = false));

  // ---- Regions: swapped only when they differ; what was chosen, unfolded and scrolled stays.
  const served = new Map();
  const kept = new Map();
  let near = []; // the cards from the one the hand was on, nearest first
  const clockless = (html) => html.replace(/data-seconds="-?\d+"([^>]*)>[^<]*/g, "$1");
  document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
    const { target, fragment } = detail;
    if (target.id === "pulse") return;
    const fresh = fragment.firstElementChild ?? fragment;
    const text = clockless(fresh.outerHTML ?? fresh.innerHTML);
    const asking = target.id === "asks" && target.querySelector("dialog[open]");
    if (asking || served.get(target.id) === text) {
      detail.shouldSwap = false;
      if (!asking) setClocks(target, fresh);
      return;
    }
    served.set(target.id, text);
    const same = target.dataset.key === fresh.dataset?.key;
    kept.set(target.id, {
      checked: all("input[type=checkbox]", target).filter((box) => box.id && same).map((box) => [box.id, box.checked]),
      unfolded: all("details[open]", target).map((each) => each.id),
      scrolled: same ? [target, ...all("[data-scroll]", target)].map((each) => [each.id, each.scrollTop, each.scrollLeft]) : [],
    });
    const own = document.activeElement?.closest?.("#cards li");
    if (!target.contains(own)) return;
    const rows = all("#cards li");
    const at = rows.indexOf(own);
    near = [...rows.slice(at), ...rows.slice(0, at).reverse()].map((row) => row.querySelector("input")?.id);
  });
  const setClocks = (old, fresh) => {
    const clocks = all("[data-seconds]", fresh);
    all("[data-seconds]", old).forEach((clock, index) => {
      clock.dataset.seconds = clocks[index].dataset.seconds;
      started.delete(clock);
    });
  };
  const settle = () => {
    for (const { checked, unfolded, scrolled } of kept.values()) {
      for (const [id, on] of checked) if (byId(id)) byId(id).checked = on;
      for (const id of unfolded) if (byId(id)) byId(id).open = true;
      for (const [id, top, left] of scrolled) byId(id)?.scrollTo({ top, left, behavior: "instant" });
    }
    kept.clear();
    seen = pulse();
    sayUndo();
    count();
    tick();
    if (near.length && (document.activeElement === document.body || !document.activeElement)) {
      (near.map(byId).find(Boolean) ?? document.querySelector("#themes [aria-current]"))?.focus({ preventScroll: true });
    }
    near = [];
    followPile();
    followStep();
  };
  document.addEventListener("htmx:afterSettle", settle);
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (!detail.successful) return;
    lost(false);
    if (detail.requestConfig.verb !== "get") byId("notice").outerHTML = '<div id="notice"></div>';
    const path = detail.pathInfo.finalRequestPath;
    if (detail.requestConfig.elt.closest("#themes")) history.replaceState(null, "", path.replace("/regions", ""));
    settle();
  });

  // The step the room is on is always in view in the run sheet.
  let step;
  const followStep = () => {
    const now = byId("now");
    const name = now?.querySelector("b").textContent;
    if (name === step) return;
    step = name;
    const steps = byId("steps");
    if (now) steps.scrollTop = Math.max(0, now.offsetTop - steps.clientHeight / 4);
  };

  // So is the pile that lies open in the list of themes, without moving the page.
  let lying;
  const followPile = () => {
    const pile = document.querySelector("#themes [aria-current]");
    if (!pile || pile.id === lying) return;
    lying = pile.id;
    const [own, list] = [pile.getBoundingClientRect(), byId("themes").getBoundingClientRect()];
    const beyond = (start, end, from, to) => (start < from ? start - from : Math.max(0, end - to));
    byId("themes").scrollBy(beyond(own.left, own.right, list.left, list.right), beyond(own.top, own.bottom, list.top, list.bottom));
  };

  // What can be undone is said aloud once, when it changes.
  let undo = byId("bar").querySelector("[data-say]").textContent;
  const sayUndo = () => {
    const now = byId("bar").querySelector("[data-say]").textContent;
    if (now !== undo) byId("said").textContent = now;
    undo = now;
  };

  // ---- Choosing cards.
  const chosen = () => all("#cards input:checked").map((box) => box.value);
  const count = (line = document.querySelector(".acts [data-chosen-count]"), many = chosen().length) => {
    if (line) line.textContent = many === 0 ? line.dataset.none : many === 1 ? line.dataset.one : line.dataset.many.replace("{n}", many);
  };
  document.addEventListener("change", () => count());

  // ---- Questions: the same forms as the pages, opened as dialogs.
  // The browser gives focus back by itself, but not to a button whose region was read anew, and not at once.
  const comeBack = (dialog, id) => {
    const closed = () => {
      const own = document.activeElement;
      if (own !== document.body && !dialog.contains(own)) return;
      own.blur();
      byId(id)?.focus();
    };
    dialog.addEventListener("close", closed, { once: true });
  };

  const ask = (question, cards = chosen()) => {
    const dialog = byId(`ask-${question}`);
    if (!dialog || dialog.open || document.querySelector("dialog[open]")) return;
    const fields = dialog.querySelector("[data-chosen]");
    if (fields) {
      count(dialog.querySelector("[data-chosen-count]"), cards.length);
      fields.replaceChildren(...cards.map((id) => Object.assign(document.createElement("input"), { type: "hidden", name: "card", value: id })));
    }
    dialog.querySelector(".wrong")?.replaceChildren();
    const find = dialog.querySelector("[data-find]");
    if (find) find.hidden = false;
    comeBack(dialog, document.activeElement.id);
    dialog.showModal();
    const first = dialog.querySelector("[data-first]");
    if (first?.matches("input")) first.value = first.defaultValue;
    first?.focus();
    first?.select?.();
    if (find) sift(first);
  };
  document.addEventListener("click", (event) => {
    const why = event.target.closest("[data-why]");
    if (why) {
      event.preventDefault();
      const told = htmx.ajax("GET", why.getAttribute("href"), { source: why, target: "#why", swap: "outerHTML" });
      told.then(() => ask("why"), () => {});
      return;
    }
    const button = event.target.closest("[data-ask], [data-close], [data-grip]");
    if (!button) return;
    event.preventDefault();
    event.stopPropagation();
    if (button.matches("[data-close]")) return button.closest("dialog").close();
    if (button.matches("[data-grip]")) return ask("move", window.desk.with(button.value));
    ask(button.dataset.ask, button.dataset.one ? [button.dataset.one] : chosen());
  }, true);

  // Type to find: Enter takes the first theme that is left.
  const shown = (dialog) => all(".targets li", dialog).filter((each) => !each.hidden && each.firstElementChild?.matches("button"));
  const sift = (field) => {
    const dialog = field.closest("dialog");
    const wanted = field.value.trim().toLocaleLowerCase();
    for (const each of all(".targets li", dialog)) each.hidden = !each.textContent.toLocaleLowerCase().includes(wanted);
    all(".targets .first", dialog).forEach((each) => each.classList.remove("first"));
    shown(dialog)[0]?.firstElementChild.classList.add("first");
    dialog.querySelector(".wrong").textContent = shown(dialog).length || !wanted ? "" : field.dataset.none;
  };
  document.addEventListener("input", (event) => event.target.closest("[data-find]") && sift(event.target));
  document.addEventListener("keydown", (event) => {
    const dialog = event.target.closest?.("dialog");
    if (!dialog?.querySelector("[data-find]")) return;
    const buttons = shown(dialog).map((each) => each.firstElementChild);
    const at = buttons.indexOf(document.activeElement);
    if (event.key === "Enter" && at < 0 && event.target.closest("[data-find]")) buttons[0]?.click();
    else if (event.key === "ArrowDown") (buttons[at + 1] ?? buttons.at(-1))?.focus();
    else if (event.key === "ArrowUp") (buttons[at - 1] ?? dialog.querySelector("[data-first]")).focus();
    else return;
    event.preventDefault();
  });

  // A question answered well closes, so that focus goes back; one answered wrongly keeps what was typed and says why.
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const dialog = document.querySelector("dialog[open]");
    if (!dialog) return;
    if (!detail.isError) {
      if (dialog.contains(detail.requestConfig.elt)) dialog.close();
      return;
    }
    detail.target = dialog.querySelector(".wrong");
    detail.swapOverride = "innerHTML";
    detail.selectOverride = "#notice > p";
  });

  // ---- The connection: said when reading fails, taken back in silence. Nothing is sent meanwhile.
  let probing;
  const lost = (away) => {
    byId("offline").hidden = !away;
    document.body.classList.toggle("waits", away);
  };
  const probe = () => {
    probing ??= setInterval(plan, 2000);
  };
  document.addEventListener("htmx:wsClose", ({ detail }) => detail.event.code !== 1008 && probe());
  document.addEventListener("htmx:wsOpen", () => {
    clearInterval(probing);
    if (probing) plan();
    probing = undefined;
  });
  document.addEventListener("htmx:sendError", () => {
    lost(true);
    probe();
  });
  const stop = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  document.addEventListener("submit", (event) => document.body.classList.contains("waits") && stop(event), true);
  // The second click of a double click would press the button that has just come in the first one's place.
  document.addEventListener("click", (event) => event.detail > 1 && event.target.closest(".go") && stop(event), true);

  // ---- Clocks count down from the seconds the server sent; the machine's own clock may say anything.
  const started = new WeakMap();
  const tick = () => {
    for (const clock of all("[data-seconds]")) {
      if (!started.has(clock)) started.set(clock, performance.now());
      const left = Number(clock.dataset.seconds) - Math.floor((performance.now() - started.get(clock)) / 1000);
      const away = Math.abs(clock.dataset.over ? left : Math.max(0, left));
      const said = `${Math.floor(away / 60)}:${String(away % 60).padStart(2, "0")}`;
      const over = left < 0 && clock.dataset.over;
      clock.textContent = over ? `${said} ${clock.dataset.over}` : said;
      clock.classList.toggle("over", Boolean(over));
    }
  };
  setInterval(tick, 1000);

  window.desk = { all, ask, base, byId, chosen, read: plan };
  tick();
  count();
  followStep();
  followPile();
})();
