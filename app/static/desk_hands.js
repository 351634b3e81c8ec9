// Hands on the desk: every key of the list, and dragging a card onto a theme. Both press the same buttons as anybody.
(() => {
  "use strict";
  const { all, ask, base, byId, chosen } = window.desk;
  const press = (id) => byId(id) && !byId(id).disabled && byId(id).click();
  // Undo pressed again before its answer has come means one act more: it waits for the answer.
  let again = [];
  const back = (id) => (byId(id)?.closest(".htmx-request") ? again.push(id) : press(id));
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const [next, ...later] = again;
    again = detail.successful ? later : [];
    if (detail.successful && next) back(next);
  });
  const boxes = () => all("#cards input[type=checkbox]");
  const piles = () => all("#themes a");

  // The chosen cards; with none chosen, the card that focus is on or that was given.
  window.desk.with = (card) => {
    const cards = chosen();
    return cards.includes(card) ? cards : [card];
  };
  const meant = () => {
    const cards = chosen();
    const box = document.activeElement?.closest?.("#cards li")?.querySelector("input[type=checkbox]");
    return cards.length ? cards : box ? [box.value] : [];
  };

  // ---- Keys. Letters can be switched off, for those whose tools type letters.
  const LETTERS = "desk-letters";
  const stored = () => {
    try {
      return localStorage.getItem(LETTERS) !== "off";
    } catch {
      return true;
    }
  };
  let letters = stored();
  const showLetters = () => all("[data-letters]").forEach((box) => (box.checked = letters));
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-letters]")) return;
    letters = event.target.checked;
    try {
      localStorage.setItem(LETTERS, letters ? "on" : "off");
    } catch {} // a browser that keeps nothing forgets it on reload
  });
  document.addEventListener("htmx:afterSettle", showLetters);
  showLetters();

  // In the queue of doubles the keys are about the pair that focus is in, or the first one.
  const judge = (key) => (document.activeElement?.closest?.(".pairs li") ?? document.querySelector(".pairs li"))?.querySelector(`[data-pair="${key}"]`)?.click();
  const askAbout = (question) => (meant().length ? ask(question, meant()) : boxes()[0]?.focus());
  const keys = {
    f: () => askAbout("move"),
    d: () => askAbout("split"),
    h: () => askAbout("hide"),
    c: () => (chosen().length ? press("on-onward") : boxes()[0]?.focus()),
    m: () => ask("merge"),
    n: () => ask("new"),
    l: () => press("on-lock"),
    p: () => press("on-pin"),
    s: () => (chosen().length > 1 ? press("on-same") : byId("pile-same")?.click()),
    w: () => (document.activeElement?.closest?.("#cards li") ?? document.querySelector("#cards li"))?.querySelector("[data-why]")?.click(),
    1: () => judge("1"),
    2: () => judge("2"),
    0: () => judge("0"),
    z: () => back("on-undo"),
    y: () => back("on-redo"),
    "?": () => ask("keys"),
  };
  const step = (list, by) => {
    const at = list.indexOf(document.activeElement);
    const next = list[at < 0 ? (by > 0 ? 0 : list.length - 1) : Math.min(list.length - 1, Math.max(0, at + by))];
    next?.focus();
    next?.closest("li")?.scrollIntoView({ block: "nearest" });
  };
  const here = () => document.querySelector("#themes [aria-current]") ?? piles()[0];
  const arrows = {
    ArrowDown: () => step(document.activeElement?.closest("#themes") ? piles() : boxes(), 1),
    ArrowUp: () => step(document.activeElement?.closest("#themes") ? piles() : boxes(), -1),
    ArrowLeft: () => here()?.focus(),
    ArrowRight: () => {
      const pile = document.activeElement?.closest("#themes a");
      if (!pile || pile.matches("[aria-current]")) return boxes()[0]?.focus();
      pile.click();
      document.addEventListener("htmx:afterSettle", () => setTimeout(() => boxes()[0]?.focus()), { once: true });
    },
  };
  const typing = (element) =>
    element.matches("textarea, select, [contenteditable], input:not([type=checkbox])") && !element.closest("dialog:not([open])");
  document.addEventListener("keydown", (event) => {
    const from = event.target;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (typing(from) || document.querySelector("dialog[open]")) return;
    const moves = from === document.body || from.closest("#cards, #themes, #open");
    const act = event.key === "F2" ? () => ask("rename") : moves && arrows[event.key] ? arrows[event.key] : letters && keys[event.key.toLowerCase()];
    if (!act || (event.repeat && !arrows[event.key])) return;
    event.preventDefault();
    act();
  });

  // ---- Dragging: the grip lifts the card, themes show where it can land, Escape drops it back.
  let drag;
  const lift = (event) => {
    const grip = event.target.closest?.("[data-grip]");
    if (!grip || event.button !== 0) return;
    drag = { card: grip.value, x: event.clientX, y: event.clientY, row: grip.closest("li"), id: event.pointerId };
  };
  const carry = (event) => {
    if (!drag || event.pointerId !== drag.id) return;
    if (!drag.ghost) {
      if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < 6) return;
      take();
    }
    event.preventDefault();
    drag.ghost.style.translate = `${event.clientX + 14}px ${event.clientY + 10}px`;
    const under = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-drop]");
    all(".target").forEach((each) => each !== under && each.classList.remove("target"));
    under?.classList.add("target");
    drag.over = under;
  };
  const take = () => {
    drag.cards = window.desk.with(drag.card);
    const text = drag.row.querySelector("label").textContent.trim();
    drag.ghost = Object.assign(document.createElement("div"), { className: "ghost", textContent: drag.cards.length > 1 ? `${drag.cards.length} · ${text}` : text });
    document.body.append(drag.ghost);
    document.body.classList.add("dragging");
    for (const id of drag.cards) byId(`c${id}`)?.closest("li").classList.add("lifted");
  };
  const drop = (event) => {
    if (!drag) return;
    const { cards, ghost, over } = drag;
    drag = undefined;
    ghost?.remove();
    document.body.classList.remove("dragging");
    all(".target, .lifted").forEach((each) => each.classList.remove("target", "lifted"));
    if (ghost) document.addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => document.removeEventListener("click", swallow, true), 50);
    if (event.type !== "pointerup" || !over || over.matches("[aria-current]") || document.body.classList.contains("waits")) return;
    const url = `${base}/cards/move?theme=${encodeURIComponent(byId("open").dataset.key)}`;
    htmx.ajax("POST", url, { values: { card: cards, to: over.dataset.drop }, target: "#live", swap: "none" });
  };
  const swallow = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  document.addEventListener("pointerdown", lift);
  document.addEventListener("pointermove", carry);
  document.addEventListener("pointerup", drop);
  document.addEventListener("pointercancel", drop);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !drag?.ghost) return;
    event.preventDefault();
    drop(event);
  }, true);
})();
