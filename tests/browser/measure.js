// What the browser tests ask of a page: what stands outside, what overlaps, what is too small to read.
(() => {
  const seen = (e) => e.checkVisibility() && e.getClientRects().length;
  const every = (names) => [...document.querySelectorAll(names)].filter(seen);
  const name = (e) => `${e.tagName}.${e.className}`.slice(0, 60);

  const outside = (names, wall) => {
    const wrong = [];
    if (document.documentElement.scrollWidth > innerWidth + 1) wrong.push(["sideways", document.documentElement.scrollWidth]);
    for (const e of every(names)) {
      const box = e.getBoundingClientRect();
      const under = wall && box.bottom > innerHeight + 1;
      if (box.right > innerWidth + 1 || box.left < -1 || under) wrong.push([name(e), Math.round(box.right), Math.round(box.bottom)]);
    }
    return wrong;
  };

  const overlapping = (names) => {
    const boxes = every(names).map((e) => [e, e.getBoundingClientRect()]);
    const wrong = [];
    boxes.forEach(([one, a], at) => {
      for (const [other, b] of boxes.slice(at + 1)) {
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (across > 2 && down > 2 && !one.contains(other)) wrong.push([name(one), name(other)]);
      }
    });
    return wrong;
  };

  // A box that hides more than what hangs below its last line.
  const hidden = (names) =>
    every(names)
      .filter((e) => e.scrollHeight > e.clientHeight + 0.3 * parseFloat(getComputedStyle(e).fontSize) || e.scrollWidth > e.clientWidth + 3)
      .map((e) => [name(e), `${e.scrollWidth}x${e.scrollHeight} in ${e.clientWidth}x${e.clientHeight}`, e.textContent.slice(0, 30)]);

  const smallest = () => {
    let least = [Infinity, ""];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const e = walk.currentNode.parentElement;
      if (!walk.currentNode.data.trim() || !e.checkVisibility() || e.closest(".seen-not, dialog, script, style")) continue;
      const size = parseFloat(getComputedStyle(e).fontSize);
      if (size < least[0]) least = [size, `${name(e)} ${e.textContent.slice(0, 20)}`];
    }
    return least;
  };

  return { outside, overlapping, hidden, smallest };
})()
