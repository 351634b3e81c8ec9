// What a form says about itself while it is filled in. The server counts again.
const Fields = (() => {
  "use strict";
  // --- counting characters from 240, as people count them
  const count = (form) => {
    const boxes = [...form.querySelectorAll("textarea[data-limit]")];
    const left = Math.min(...boxes.map((box) => Number(box.dataset.limit) - [...box.value.trim()].length));
    const counter = form.querySelector(".counter");
    counter.hidden = left > 40;
    counter.classList.toggle("over", left < 0);
    counter.textContent = left < 0 ? counter.dataset.over.replace("{over}", -left) : counter.dataset.left.replace("{left}", left);
    return left;
  };

  // --- dots left, while choosing
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

  document.addEventListener("input", ({ target }) => target.matches?.("textarea[data-limit]") && count(target.form));

  // --- what is typed beside a choice is that choice
  document.addEventListener("input", ({ target }) => {
    if (target.dataset?.means) target.form.querySelector(`input[type=radio][value="${target.dataset.means}"]`).checked = true;
  });
  return { count };
})();
