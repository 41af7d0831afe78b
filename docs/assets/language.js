// The link to the page in the other language leads to the heading that one reads: headings have
// the same ids in both. Without this script it leads to the page.

/** The anchor that the reader is at: the one in the address while it is in view, or else the last
 * section that begins above the lower two thirds of the window; empty before the first. */
function place() {
  const line = innerHeight / 3;
  const top = (element) => element.getBoundingClientRect().top;
  const target = document.querySelector(":target");
  if (target && top(target) >= 0 && top(target) < innerHeight) return location.hash;
  const headings = [...document.querySelectorAll("article :is(h2, h3, h4, h5, h6)[id]")];
  const read = headings.filter((heading) => top(heading) < line).pop();
  return read ? `#${read.id}` : "";
}

for (const event of ["click", "auxclick"]) {
  addEventListener(event, ({ target }) => {
    const link = target.closest?.("a[hreflang]");
    if (link) link.hash = place();
  });
}
