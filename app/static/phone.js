// The phone follows the facilitator, tells the truth about the connection, and never throws away what is being written.
(() => {
  "use strict";
  const base = document.body.dataset.base;
  const byId = (id) => document.getElementById(id);

  htmx.config.wsReconnectDelay = (tries) => Math.min(5000, 400 * 2 ** tries) * (0.5 + Math.random() / 2);

  // What is being written here. A form with text in it is never replaced by a push.
  const unsent = () =>
    [...document.querySelectorAll("form[data-write] textarea")].find((box) => box.value.trim() && box.value !== box.defaultValue);

  // Following: the pulse says that something changed; the phone then reads its own page.
  let seen = byId("pulse")?.dataset.seq;
  const step = () => byId("pulse").dataset.step;
  const read = (what, target) => htmx.ajax("GET", `${base}/${what}`, { target, swap: "outerHTML" });
  const follow = () => {
    if (!base || !byId("now")) return;
    const moved = step() !== byId("now").dataset.step;
    byId("moved").hidden = !(moved && unsent());
    if (moved && !unsent()) setTimeout(() => step() !== byId("now").dataset.step && read("now", "#now"), Math.random() * 250);
    else if (!moved && seen !== byId("pulse").dataset.seq) setTimeout(() => read("mine", "#mine"), Math.random() * 1500);
    seen = byId("pulse").dataset.seq;
  };
  document.addEventListener("htmx:wsAfterMessage", follow);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-send-now]")) unsent()?.form.requestSubmit();
    if (event.target.closest("[data-go-on]")) {
      byId("moved").hidden = true;
      read("now", "#now");
    }
  });

  // The connection: said after two seconds without one, and taken back in silence.
  let waiting;
  document.addEventListener("htmx:wsOpen", () => {
    clearTimeout(waiting);
    waiting = undefined;
    byId("offline").hidden = true;
  });
  const lost = () => {
    waiting ??= setTimeout(() => (byId("offline").hidden = false), 2000);
  };
  document.addEventListener("htmx:wsClose", lost);
  document.addEventListener("htmx:wsError", lost);
  document.addEventListener("htmx:sendError", () => (byId("offline").hidden = false));

  // Counting characters from 240, as people count them.
  document.addEventListener("input", (event) => {
    const box = event.target;
    if (!box.matches?.("textarea[data-limit]")) return;
    const limit = Number(box.dataset.limit);
    const boxes = [...box.form.querySelectorAll("textarea[data-limit]")];
    const left = Math.min(...boxes.map((each) => limit - [...each.value.trim()].length));
    const counter = box.form.querySelector(".counter");
    counter.hidden = left > 40;
    counter.classList.toggle("over", left < 0);
    counter.textContent = left < 0 ? counter.dataset.over.replace("{over}", -left) : counter.dataset.left.replace("{left}", left);
  });

  // Dots left, while choosing. The server counts again.
  const countDots = (form) => {
    const line = form.querySelector(".left[data-dots]");
    if (!line) return;
    const spent = [...form.querySelectorAll("input[type=radio]:checked")].reduce((sum, dot) => sum + Number(dot.value), 0);
    const left = Number(line.dataset.dots) - spent;
    line.querySelectorAll("i").forEach((mark, index) => mark.classList.toggle("on", index >= spent));
    const { none, one, many } = line.dataset;
    line.querySelector("span").textContent = left <= 0 ? none : left === 1 ? one : many.replace("{n}", left);
    form.querySelector(".dots").classList.toggle("spent", left <= 0);
    form.querySelectorAll(".dots li").forEach((item) => {
      const own = Number(item.querySelector("input:checked")?.value || 0);
      item.querySelectorAll("input").forEach((dot) => (dot.disabled = Number(dot.value) > own + Math.max(left, 0)));
    });
  };
  document.addEventListener("change", (event) => event.target.form && countDots(event.target.form));

  // Clocks count down from the seconds the server sent; the phone's own clock may say anything.
  const started = new WeakMap();
  const tick = () => {
    for (const clock of document.querySelectorAll("[data-seconds]")) {
      if (!started.has(clock)) started.set(clock, performance.now());
      const left = Math.max(0, Number(clock.dataset.seconds) - Math.floor((performance.now() - started.get(clock)) / 1000));
      clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    }
  };
  setInterval(tick, 1000);
})();
