// What a page looks like to somebody who reads it: where every line of text stands, what is cut, what lies over what.
(() => {
  const LEADING = 0.3; // of the type size: a line's box is so much taller than its letters, above and below
  const name = (e) => `${e.tagName.toLowerCase()}.${e.getAttribute("class") || e.id || ""} "${e.textContent.trim().slice(0, 24)}"`;
  const styles = new Map();
  const style = (e) => styles.get(e) || styles.set(e, getComputedStyle(e)).get(e);
  const up = function* (e) {
    for (; e && e !== document.documentElement; e = e.parentElement) yield e;
  };
  const modal = document.querySelector("dialog:modal");
  // For screen readers alone, or for those who come by the Tab key.
  const aside = (e) => [...up(e)].some((one) => /inset\(50%/.test(style(one).clipPath) || one.classList.contains("skip"));
  const seen = (e) =>
    e.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !aside(e) && (!modal || modal.contains(e));
  const floats = (e) => [...up(e)].find((one) => ["fixed", "sticky"].includes(style(one).position));
  const whole = (box) => ({ left: box.left, right: box.right, top: box.top, bottom: box.bottom });
  const inner = (e) => {
    const box = e.getBoundingClientRect();
    const left = box.left + e.clientLeft;
    const top = box.top + e.clientTop;
    return { left, top, right: left + e.clientWidth, bottom: top + e.clientHeight };
  };

  // A line of text, cut to the scrolling boxes it is in; `cut` names the box that hides a part of it for good.
  const fate = (line) => {
    const slack = LEADING * line.size;
    const beyond = (box, across, down) =>
      (across && (line.left < box.left - 2 || line.right > box.right + 2)) ||
      (down && (line.top < box.top - slack || line.bottom > box.bottom + slack));
    for (const e of up(line.e)) {
      const { overflowX, overflowY, textOverflow, webkitLineClamp, position } = style(e);
      const hides = (value) => value === "hidden" || value === "clip";
      if (e !== document.body && (hides(overflowX) || hides(overflowY))) {
        const meant = textOverflow === "ellipsis" || webkitLineClamp !== "none";
        if (!meant && beyond(inner(e), hides(overflowX), hides(overflowY))) line.cut = name(e);
        if (meant) Object.assign(line, within(line, inner(e)));
      }
      if (["auto", "scroll"].some((value) => value === overflowX || value === overflowY)) Object.assign(line, within(line, inner(e)));
      if (position === "fixed") break;
    }
    return line;
  };
  const within = (line, box) => ({
    left: Math.max(line.left, box.left),
    right: Math.min(line.right, box.right),
    top: Math.max(line.top, box.top),
    bottom: Math.min(line.bottom, box.bottom),
  });
  const size = (e) => {
    const own = parseFloat(style(e).fontSize);
    const svg = e.ownerSVGElement;
    return svg ? own * e.getScreenCTM().d : own;
  };

  const lines = () => {
    const found = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const e = walk.currentNode.parentElement;
      if (!walk.currentNode.data.trim() || !seen(e) || e.closest("script, style, option, title, textarea")) continue;
      const range = document.createRange();
      range.selectNodeContents(walk.currentNode);
      for (const box of range.getClientRects())
        if (box.width > 0.5 && box.height > 0.5) found.push(fate({ e, size: size(e), float: floats(e), ...whole(box) }));
    }
    return found.filter((line) => line.right > line.left && line.bottom > line.top);
  };
  const letters = ({ left, right, top, bottom }) => {
    const trim = 0.25 * (bottom - top);
    return { left, right, top: top + trim, bottom: bottom - trim };
  };
  const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;

  const SOLID = "button, select, textarea, input:not([type=hidden]), .btn, .loop, svg[role=img]";
  const overlapping = (all) => {
    const wrong = [];
    const bands = all.map((line) => ({ ...line, ...letters(line) })).sort((one, other) => one.top - other.top);
    bands.forEach((one, at) => {
      for (const other of bands.slice(at + 1)) {
        if (other.top > one.bottom) break;
        if (one.e !== other.e && one.float === other.float && meet(one, other)) wrong.push(["over", name(one.e), name(other.e)]);
      }
    });
    for (const solid of [...document.querySelectorAll(SOLID)].filter(seen)) {
      const box = within(whole(solid.getBoundingClientRect()), frame(solid));
      for (const line of bands)
        if (!solid.contains(line.e) && !line.e.contains(solid) && line.float === floats(solid) && meet(line, box))
          wrong.push(["over", name(solid), name(line.e)]);
    }
    return wrong;
  };
  const frame = (e) => {
    const scroller = [...up(e.parentElement)].find((one) => style(one).overflowY !== "visible" && one !== document.body);
    return scroller ? inner(scroller) : { left: -Infinity, right: Infinity, top: -Infinity, bottom: Infinity };
  };

  // Everything wrong with how the page stands now.
  const wrong = () => {
    const all = lines();
    const found = [];
    const { scrollWidth } = document.documentElement;
    if (scrollWidth > innerWidth + 1) found.push(["sideways", scrollWidth, widest()]);
    const still = style(document.body).overflowY === "hidden";
    for (const line of all) {
      if (line.cut) found.push(["cut", name(line.e), line.cut]);
      const low = still && line.bottom > innerHeight + LEADING * line.size;
      if (line.left < -1 || line.right > innerWidth + 1 || low) found.push(["outside", name(line.e), Math.round(line.right), Math.round(line.bottom)]);
    }
    return unique([...found, ...overlapping(all)]);
  };
  const widest = () => {
    const [far] = [...document.body.querySelectorAll("*")].filter(seen).sort((a, b) => b.getBoundingClientRect().right - a.getBoundingClientRect().right);
    return far ? name(far) : "";
  };
  const unique = (found) => [...new Map(found.map((one) => [one.join("|"), one])).values()];

  // With the page scrolled to its end: what a bar that floats lies over, and nobody can scroll away.
  const buried = () => {
    scrollTo(0, document.documentElement.scrollHeight);
    const bars = [...document.querySelectorAll("*")].filter((e) => style(e).position === "fixed" && seen(e));
    const last = lines().filter((line) => !line.float && line.bottom > 0 && line.top < innerHeight);
    const found = bars.flatMap((bar) => last.filter((line) => meet(letters(line), bar.getBoundingClientRect())).map((line) => ["buried", name(line.e), name(bar)]));
    scrollTo(0, 0);
    return unique(found);
  };

  const small = (least) => unique(lines().filter((line) => line.size < least - 0.01).map((line) => ["small", Math.round(line.size * 10) / 10, name(line.e)]));

  // A label counts as the target of its box; a link in a sentence has the size of its words.
  const targets = (least) => {
    const found = [];
    for (const e of document.querySelectorAll("a[href], button, summary, select, textarea, input:not([type=hidden])")) {
      const whose = [e, ...(e.labels || [])].filter(seen);
      const sentence = e.tagName === "A" && style(e).display === "inline" && e.parentElement.textContent.trim() !== e.textContent.trim();
      if (!whose.length || e.disabled || sentence) continue;
      const sides = whose.map((one) => one.getBoundingClientRect()).map(({ width, height }) => [Math.min(width, height), width, height]);
      const [best, width, height] = sides.sort((one, other) => other[0] - one[0])[0];
      if (best < least - 0.5) found.push(["target", `${Math.round(width)}x${Math.round(height)}`, name(whose[0])]);
    }
    return unique(found);
  };

  // For measuring colours in a picture of the page: where words stand, and the colour they are meant to have.
  // Signs that are pictures bring their own colours.
  const inked = () =>
    lines()
      .filter((line) => !/\p{Extended_Pictographic}/u.test(line.e.textContent) && line.top >= 0 && line.bottom <= innerHeight && line.left >= 0 && line.right <= innerWidth)
      .map(({ e, left, right, top, bottom }) => ({
        name: name(e), left, right, top, bottom, colour: style(e).getPropertyValue(e.ownerSVGElement ? "fill" : "color"),
      }));

  return { wrong, buried, small, targets, inked };
})()
