// The phone follows the facilitator, tells the truth about the connection, and never throws away what is being written.
(() => {
  "use strict";
  const base = document.body.dataset.base;
  const region = document.body.dataset.region; // where what this page shows is read anew
  const byId = (id) => document.getElementById(id);
  // A reading that fails is made up for by the next pulse.
  const read = (what, target) => htmx.ajax("GET", `${base}/${what}`, { target, swap: "outerHTML" }).catch(() => {});
  const say = (words) => {
    byId("said").textContent = "";
    setTimeout(() => (byId("said").textContent = words), 50); // the same words twice are two announcements
  };
  const words = (name, values = {}) =>
    Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), byId("words").dataset[name]);

  // --- what is being written: a draft until it is sent
  const writing = () => [...document.querySelectorAll("form[data-write]")];
  const texts = (form) => [...form.querySelectorAll("textarea")];
  const unsent = () => writing().find((form) => texts(form).some((box) => box.value.trim() && box.value !== box.defaultValue));
  const nameOf = (form) => `${base}|${form.elements.activity.value}|${form.elements.kind.value}`;
  const draftOf = (form) => ({
    form: nameOf(form),
    to: toOf(form),
    fields: Object.fromEntries(new FormData(form)),
  });
  const toOf = (form) => form.getAttribute("action").slice(base.length + 1);

  let saving;
  const save = (form) => (texts(form).some((box) => box.value.trim()) ? Outbox.keepDraft(draftOf(form)) : Outbox.forgetDraft(nameOf(form)));
  document.addEventListener("input", ({ target }) => {
    const form = target.closest?.("form[data-write]");
    if (!form) return;
    Fields.count(form);
    clearTimeout(saving);
    saving = setTimeout(save, 300, form);
  });
  const saveNow = () => unsent() && save(unsent());
  addEventListener("pagehide", saveNow);
  document.addEventListener("visibilitychange", saveNow);

  const restore = async () => {
    const drafts = await Outbox.drafts();
    for (const form of writing()) {
      const draft = drafts.find((row) => row.form === nameOf(form));
      if (!draft || texts(form).some((box) => box.value.trim())) continue;
      fill(form, draft.fields);
    }
    showKept();
  };
  const fill = (form, fields) => {
    for (const box of texts(form)) box.value = fields[box.name] || "";
    form.elements.key.value = fields.key; // the same key: what was already sent is not sent twice
    form.closest("details")?.setAttribute("open", "");
    Fields.count(form);
  };

  // --- sending: stored first, then sent
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.matches("[data-forget]")) {
      event.preventDefault();
      await Outbox.clear();
      form.submit();
    }
    if (!form.matches("[data-keep]")) return;
    event.preventDefault();
    if (form.matches("[data-write]") && Fields.count(form) < 0) return texts(form)[0].focus();
    const fields = Object.fromEntries(new FormData(form));
    if (event.submitter?.name) fields[event.submitter.name] = event.submitter.value;
    const row = { key: fields.key, to: toOf(form), fields };
    if (form.matches("[data-write]")) {
      const form_ = nameOf(form);
      clearTimeout(saving);
      for (const box of texts(form)) box.value = box.defaultValue = "";
      Fields.count(form);
      texts(form)[0].focus();
      form.elements.key.value = Outbox.key();
      await Outbox.put(row, form_);
      follow();
    } else {
      form.elements.key.value = Outbox.key();
      byId("received")?.setAttribute("hidden", "");
      nextDeal(form);
      await Outbox.put(row);
    }
  });

  // A sorting deals several cards: the next one is here at once, with or without a connection.
  const nextDeal = (form) => {
    const deal = form.closest("[data-deal]");
    if (!deal) return;
    const next = deal.nextElementSibling;
    if (!next?.matches("[data-deal]")) return (form.inert = true);
    deal.remove();
    next.hidden = false;
    next.querySelector("article").focus();
    scrollTo({ top: 0 });
  };
  const moreCards = async () => {
    const waits = (await Outbox.kept()).some((row) => row.to.startsWith("sort/") && !row.refused);
    if (waits) return; // the server would deal again what it has not heard of yet
    if (document.querySelector("[data-deal] form:not([inert])")) return byId("received")?.removeAttribute("hidden");
    await read(region, "#now");
    document.querySelector("[data-deal] article")?.focus();
  };

  // --- what lies here: waiting, refused, or left behind in a form that is gone
  let waiting = 0;
  const showKept = async () => {
    const list = byId("kept");
    if (!list) return;
    const rows = await Outbox.kept();
    const forms = new Set(writing().map(nameOf));
    const left = (await Outbox.drafts()).filter((draft) => !forms.has(draft.form));
    waiting = rows.filter((row) => !row.refused).length;
    showLine();
    const cards = rows.filter((row) => row.to === "cards").map((row) => kept(row, row.refused || words("kept"), !!row.refused));
    list.replaceChildren(...cards, ...left.map((draft) => kept({ ...draft, key: draft.fields.key }, words("left"), true, true)));
    list.hidden = !list.children.length;
    const ballots = rows.filter((row) => row.to !== "cards" && !row.refused).length;
    if (byId("ballot-kept")) byId("ballot-kept").hidden = !ballots;
  };
  const kept = (row, state, stuck, isDraft = false) => {
    const card = byId("kept-card").content.cloneNode(true).firstElementChild;
    const [first, second] = card.querySelectorAll("bdi");
    first.textContent = row.fields.first;
    second.textContent = row.fields.second || "";
    second.parentElement.hidden = !row.fields.second;
    card.querySelector("[data-state]").textContent = state;
    card.querySelector(".row").hidden = !stuck;
    const form = writing().find((one) => one.elements.kind.value === row.fields.kind) || writing()[0];
    const back = card.querySelector("[data-back]");
    back.hidden = isDraft || !form;
    back.onclick = () => {
      fill(form, { ...row.fields, key: Outbox.key() });
      save(form);
      Outbox.drop(row.key);
      texts(form)[0].focus();
    };
    const now = card.querySelector("[data-now]");
    now.hidden = !isDraft;
    now.onclick = () => Outbox.put({ key: row.key, to: row.to, fields: row.fields }, row.form);
    card.querySelector("[data-drop]").onclick = async () => {
      await (isDraft ? Outbox.forgetDraft(row.form) : Outbox.drop(row.key));
      showKept();
    };
    return card;
  };
  Outbox.listen(async (what, more) => {
    if (what === "arrived") read("mine", "#mine"); // from another tab of the same person
    if (what !== "delivered" && what !== "refused") return showKept();
    if (what === "delivered") {
      say(words("received"));
      if (more.row.to === "cards") read("mine", "#mine");
      else if (more.row.to.startsWith("sort/")) moreCards();
      else byId("received")?.removeAttribute("hidden");
      if (waiting === 1 && !byId("offline").hidden) allSent();
    } else if (more.row.to === "cards") {
      say(more.row.refused || more.answer.message);
    } else {
      Outbox.drop(more.row.key);
      notice(more.answer.message);
      read(region, "#now");
    }
  });
  const notice = (text) => {
    say(text);
    byId("refused").hidden = false;
    byId("refused").querySelector("p").textContent = text;
    setTimeout(() => (byId("refused").hidden = true), 15000);
  };

  // --- following: the pulse says that something changed; the phone then reads its own page
  const first = byId("pulse").dataset;
  let now = { step: first.step, seq: first.seq, epoch: first.epoch, build: first.build };
  const shown = () => byId("now").dataset.step;
  const follow = () => {
    const moved = now.step !== shown();
    byId("moved").hidden = !(moved && unsent());
    if (moved && !unsent()) setTimeout(() => now.step !== shown() && !unsent() && read(region, "#now"), Math.random() * 250);
  };
  const hearPulse = (next) => {
    const before = now;
    now = next;
    if (next.build !== first.build) return renew();
    if (next.epoch !== before.epoch) return unsent() ? follow() : read(region, "#now");
    follow();
    if (now.step === shown() && next.seq !== before.seq) setTimeout(() => read("mine", "#mine"), Math.random() * 1500);
  };
  document.addEventListener("htmx:afterSwap", restore);
  document.addEventListener("click", ({ target }) => {
    if (target.closest("[data-send-now]")) unsent()?.requestSubmit();
    // A reload may cut off what is being stored while the page goes, so it waits for it.
    if (target.closest("[data-reload]")) Promise.resolve(saveNow()).finally(() => location.reload());
    if (target.closest("[data-go-on]")) {
      byId("moved").hidden = true;
      for (const form of writing()) Outbox.forgetDraft(nameOf(form));
      read(region, "#now");
    }
  });

  // A newer server: the page comes again by itself, but never under somebody's fingers.
  const renew = () => {
    if (unsent() || sessionStorage.getItem("renewed") === now.build) {
      byId("renewed").hidden = sessionStorage.getItem("renewed") === now.build && !unsent();
      return follow();
    }
    sessionStorage.setItem("renewed", now.build);
    location.reload();
  };

  // --- the connection: said after two seconds without one, and taken back in silence
  let lost;
  const showLine = () => {
    const text = byId("offline").querySelector("span");
    text.textContent = waiting === 0 ? words("safe") : waiting === 1 ? words("one") : words("many", { n: waiting });
  };
  const allSent = () => {
    byId("sent").hidden = false;
    setTimeout(() => (byId("sent").hidden = true), 4000);
  };
  const hearers = {
    pulse: hearPulse,
    up: () => {
      clearTimeout(lost);
      lost = undefined;
      if (!byId("offline").hidden && !waiting) byId("offline").hidden = true;
      byId("offline").hidden = true;
      Outbox.drain();
    },
    down: () => {
      lost ??= setTimeout(() => (byId("offline").hidden = false), 2000);
    },
    gone: () => location.reload(), // signed in on another phone, or forgotten: the server says which
  };

  // --- clocks count down from the seconds the server sent; the phone's own clock may say anything
  const started = new WeakMap();
  const tick = () => {
    for (const clock of document.querySelectorAll("[data-seconds]")) {
      if (!started.has(clock)) started.set(clock, performance.now());
      const left = Math.max(0, Number(clock.dataset.seconds) - Math.floor((performance.now() - started.get(clock)) / 1000));
      clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    }
  };
  setInterval(tick, 1000);

  restore();
  Line.start(base, hearers);
  Outbox.start(base, Line.send);
})();
